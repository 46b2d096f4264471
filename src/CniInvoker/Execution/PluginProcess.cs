namespace CniInvoker;

/// <summary>
/// Runs plugins as child processes. Each is the leader of a process group of its own, so that at its deadline it goes with everything it
/// started (an IPAM plugin, iptables); works in "/", with default signal handling and no open file but its three pipes.
/// </summary>
/// <remarks>
/// What a plugin that succeeded leaves running (a DHCP client, say) is left alone, even if it holds the pipes. Each run has a thread of its
/// own, whose network namespace is that of the caller. Needs glibc 2.34 and Linux 5.3.
/// </remarks>
/// <param name="timeProvider">Measures deadlines and durations.</param>
/// <param name="maximumOutputBytes">How much a plugin may write to stdout, and again to stderr; a plugin that writes more is ended and has
/// failed.</param>
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
            // So .NET calls the system's refusal of one more thread; usually a limit of the process, not the memory.
            var msg = $"{request.Path} could not be run: no thread can be started; see the limits of processes and open files";
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
            var msg = $"{request.Path} could not be run: {failed.Message}";
            completion.SetException(request.Failure(CniErrorCode.None, msg, innerException: failed));
        }
        catch (Exception failed)
        {
            // On a thread of our own nobody else would hear of it: it belongs to whoever awaits the run.
            completion.SetException(failed);
        }
        finally
        {
            // Waits for a child that not even SIGKILL could end in time (a call into the kernel can hang): after the caller has its answer.
            run?.Dispose();
        }
    }
}
