using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Cnm;

/// <summary>
/// An answer in time for every call, whatever hangs: Docker waits without end. At the deadline (1) the call's token is cancelled, which ends
/// waiting; (2) soon after, who has not ended is left alone, and Docker is told. The work goes on, and how it ends is logged. (3) As long as
/// it goes on, further calls for its endpoint are answered at once.
/// </summary>
internal sealed class CallDeadline(
    AdapterSettings settings, IHostApplicationLifetime lifetime, TimeProvider timeProvider, ILogger<CallDeadline> logger)
{
    private readonly LateCalls _late = new();

    /// <summary>What is under way when the daemon is told to stop has this long, and <see cref="Promptness"/>.</summary>
    public static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(7);

    /// <summary>For what is told to end to do so, and to say how: a plugin that is done by then is not late.</summary>
    public static readonly TimeSpan Promptness = TimeSpan.FromSeconds(1);

    private const string WhereToLook = "See cnm-cni status, and the bridge's log for what hangs.";

    /// <param name="call">What is asked.</param>
    /// <param name="work">The call's work; begins on another thread, since it may block in the kernel.</param>
    /// <param name="abandoned">Nobody waits for the answer any more.</param>
    /// <exception cref="CnmException">The work is late, or must wait for what is late.</exception>
    public async Task<T> AnswerAsync<T>(Call call, Func<CancellationToken, Task<T>> work, CancellationToken abandoned)
    {
        var predecessor = _late.FirstOf(call.EndpointId); // (3)
        if (predecessor is not null && call.Lane == CallKind.Create)
            throw new CnmException($"{Behind(predecessor)}. Nothing was done. Try again when it has ended. {WhereToLook}");

        var patience = predecessor is null || call.Lane == CallKind.Read ? settings.Timeouts.Call : TimeSpan.Zero;
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(abandoned);
        using var answerBy = new CancellationTokenSource(patience + Promptness, timeProvider);
        using var deadline = new CancellationTokenSource(settings.Timeouts.Call, timeProvider);
        using var atDeadline = deadline.Token.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), giveUp);
        using var atStop = lifetime.ApplicationStopping.UnsafeRegister(
            static sources =>
            {
                var (deadline, answerBy) = ((CancellationTokenSource, CancellationTokenSource))sources!;
                deadline.CancelAfter(StopPatience);
                answerBy.CancelAfter(StopPatience + Promptness);
            },
            (deadline, answerBy));

        var token = call.Lane == CallKind.Remove ? CancellationToken.None : giveUp.Token;
        var start = timeProvider.GetTimestamp();
        var running = Task.Run(() => work(token), CancellationToken.None);
        try
        {
            return await running.WaitAsync(answerBy.Token);
        }
        catch (OperationCanceledException) when (answerBy.IsCancellationRequested && !running.IsCompleted)
        {
            _ = FollowAsync(call, running, start);
            throw new CnmException(predecessor is null ? Late(call.Lane) : $"{Behind(predecessor)}. It goes on in the background, and this follows. {WhereToLook}");
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new CnmException($"{Reason("its turn did not come")}. Nothing was done, or it has been undone. Try again. {WhereToLook}");
        }
    }

    private string Late(CallKind lane) => lane switch
    {
        CallKind.Remove => $"{Reason("it is not done")}. It goes on in the background, and is tried again until it is done. {WhereToLook}",
        _ => $"{Reason("it is not done")}. It is remembered, and undone in the background as soon as what runs has ended. {WhereToLook}",
    };

    private static string Behind(string predecessor) => $"an earlier call for this endpoint ({predecessor}) was late and has not ended yet";

    private string Reason(string what) => lifetime.ApplicationStopping.IsCancellationRequested
        ? $"cnm-cni is stopping, and {what} yet"
        : $"{what} within {SettingsText.Duration(settings.Timeouts.Call)} (timeouts.call): something hangs, or there is too much at once";

    private async Task FollowAsync(Call call, Task running, long start)
    {
        if (call.EndpointId is not null)
            _late.Add(call.EndpointId, call.Method);

        var outcome = "success";
        try
        {
            await running;
        }
        catch (Exception failure)
        {
            // Docker has its answer: without the line the failure would be lost.
            outcome = failure is OperationCanceledException ? "being undone" : FileWords.Of(failure);
        }

        if (call.EndpointId is not null)
            _late.Remove(call.EndpointId, call.Method);

        logger.LateCallEnded(call.Method, timeProvider.GetElapsedTime(start).TotalMilliseconds, outcome);
    }
}

/// <summary>A call of Docker's.</summary>
/// <param name="Method">For the log and for people.</param>
/// <param name="Lane">What it waits behind; what undoes something is not told to end.</param>
/// <param name="EndpointId">The endpoint it is about; null: none, or none that is known.</param>
internal sealed record Call(string Method, CallKind Lane, string? EndpointId);

/// <summary>
/// Calls that Docker was told are late and that still run, by the endpoint they are about. `docker rm` is four calls; when a disk or a plugin hangs, those
/// behind the first would each wait as long as it did, for the same thing.
/// </summary>
internal sealed class LateCalls
{
    private readonly Lock _lock = new();

    // Guarded by _lock. By endpoint, the methods in the order in which they became late.
    private readonly Dictionary<string, List<string>> _running = new(StringComparer.Ordinal);

    /// <summary>What the endpoint waits for; null: nothing.</summary>
    public string? FirstOf(string? endpointId)
    {
        lock (_lock)
            return endpointId is not null && _running.TryGetValue(endpointId, out var methods) ? methods[0] : null;
    }

    public void Add(string endpointId, string method)
    {
        lock (_lock)
        {
            if (!_running.TryGetValue(endpointId, out var methods))
                _running[endpointId] = methods = [];

            methods.Add(method);
        }
    }

    public void Remove(string endpointId, string method)
    {
        lock (_lock)
        {
            var methods = _running[endpointId];
            methods.Remove(method);
            if (methods.Count == 0)
                _running.Remove(endpointId);
        }
    }
}
