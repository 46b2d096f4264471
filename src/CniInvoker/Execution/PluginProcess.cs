namespace CniInvoker;

/// <summary>
/// Runs plugins as child processes. Each leads a process group of its own, so that a deadline also terminates what it started (an IPAM
/// plugin, iptables); it runs in "/", with default signal handling and no open file but its three pipes.
/// </summary>
/// <remarks>
/// A process that a successful plugin leaves running (a DHCP client, say) keeps running, even if it holds the pipes. Each run has its own
/// thread, in the caller's network namespace. Needs glibc 2.34 and Linux 5.3.
/// </remarks>
/// <param name="timeProvider">The clock for deadlines and durations.</param>
/// <param name="maximumOutputBytes">The limit for stdout and for stderr; a plugin that writes more is terminated and has failed.</param>
public sealed class PluginProcess(TimeProvider timeProvider, int maximumOutputBytes = 16 * 1024 * 1024) : IPluginExecutor
{
    private const int StackSize = 256 * 1024;

    /// <inheritdoc/>
    public Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<PluginOutput>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => Run(request, completion, cancellationToken), StackSize)
        {
            IsBackground = true,
            Name = $"CNI {request.PluginType}",
        };
        try
        {
            thread.UnsafeStart();
        }
        catch (OutOfMemoryException starved)
        {
            // .NET's exception when the kernel refuses a thread (pthread_create(3) EAGAIN); usually a limit, not memory.
            var msg = $"{request.Path} could not run: no thread can be started; check the limits of processes and open files";
            return Task.FromException<PluginOutput>(request.Failure(CniErrorCode.None, msg, innerException: starved));
        }

        return completion.Task;
    }

    private void Run(PluginRequest request, TaskCompletionSource<PluginOutput> completion, CancellationToken cancellationToken)
    {
        PluginRun? run = null;
        try
        {
            run = new PluginRun(request, timeProvider, maximumOutputBytes);
            completion.SetResult(run.Run(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            completion.SetCanceled(cancellationToken);
        }
        catch (IOException failed)
        {
            var msg = $"{request.Path} could not run: {failed.Message}";
            completion.SetException(request.Failure(CniErrorCode.None, msg, innerException: failed));
        }
        catch (Exception failed)
        {
            // An exception that leaves this thread would end the process. The caller awaits the task.
            completion.SetException(failed);
        }
        finally
        {
            // Waits for a child that survives SIGKILL for a while (uninterruptible sleep in the kernel), after the caller has its answer.
            run?.Dispose();
        }
    }
}
