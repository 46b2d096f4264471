namespace CniInvoker;

/// <summary>
/// Runs plugins as child processes. Each is the leader of a process group of its own, so that at its deadline it goes with everything it started (an IPAM plugin, iptables);
/// works in "/", with default signal handling and no open file but its three pipes.
/// </summary>
/// <remarks>
/// What a plugin that succeeded leaves running (a DHCP client, say) is left alone, even if it holds the pipes. Each run has a thread of its own, whose network namespace is that of
/// the caller. Needs glibc 2.34 and Linux 5.3.
/// </remarks>
/// <param name="timeProvider">Measures deadlines and durations.</param>
/// <param name="maximumOutputBytes">How much a plugin may write to stdout, and again to stderr; a plugin that writes more is ended and has failed.</param>
public sealed class PluginProcess(TimeProvider timeProvider, int maximumOutputBytes = 16 * 1024 * 1024) : IPluginExecutor
{
    private const int StackSize = 256 * 1024;

    /// <inheritdoc/>
    public Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<PluginOutput>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => Run(request, completion, cancellationToken), StackSize) { IsBackground = true, Name = $"CNI {request.PluginType}" };
        thread.UnsafeStart();
        return completion.Task;
    }

    private void Run(PluginRequest request, TaskCompletionSource<PluginOutput> completion, CancellationToken cancellationToken)
    {
        // Disposing reaps a child that not even SIGKILL could end in time (a call into the kernel can hang): the caller gets its answer first.
        using var run = new PluginRun(request, timeProvider, maximumOutputBytes);
        try
        {
            completion.SetResult(run.Run(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            completion.SetCanceled(cancellationToken);
        }
        catch (IOException failed)
        {
            completion.SetException(request.Failure(CniErrorCode.None, $"{request.Path} could not be run: {failed.Message}", innerException: failed));
        }
        catch (Exception failed)
        {
            // On a thread of our own nobody else would hear of it: it belongs to whoever awaits the run.
            completion.SetException(failed);
        }
    }
}
