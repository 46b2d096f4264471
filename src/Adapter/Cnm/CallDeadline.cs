using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Cnm;

/// <summary>
/// Answers every call in time, whatever hangs: Docker sets no timeout on a plugin's answer (moby pkg/plugins/client.go). (1) At the
/// deadline the call's token is cancelled, which ends waiting. (2) If the work has not ended shortly after, Docker gets an error; the work
/// continues and its end is logged. (3) As long as it continues, further calls for its endpoint are answered at once: `docker rm` is four
/// calls, and those behind the first would each wait as long.
/// </summary>
internal sealed class CallDeadline(
    AdapterSettings settings, IHostApplicationLifetime lifetime, TimeProvider timeProvider, ILogger<CallDeadline> logger)
{
    private readonly LateCalls _late = new();

    /// <summary>How long running calls may continue when cnm-cni shuts down; then <see cref="ReportGrace"/> begins.</summary>
    public static readonly TimeSpan ShutdownGrace = TimeSpan.FromSeconds(7);

    /// <summary>Grace period for cancelled work to finish and report its own error.</summary>
    public static readonly TimeSpan ReportGrace = TimeSpan.FromSeconds(1);

    private const string WhereToLook = "See cnm-cni status, and the log of cnm-cni for what hangs.";

    /// <param name="call">The call.</param>
    /// <param name="work">The call's work. It starts on another thread, because it may block in the kernel.</param>
    /// <param name="abandoned">Docker no longer waits for the answer.</param>
    /// <exception cref="CnmException">The work is late, or an earlier call for the endpoint is.</exception>
    public async Task<T> AnswerAsync<T>(Call call, Func<CancellationToken, Task<T>> work, CancellationToken abandoned)
    {
        var predecessor = _late.FirstOf(call.EndpointId); // (3)
        if (predecessor is not null && call.Kind == CallKind.Create)
            throw new CnmException($"{Behind(predecessor)}. Nothing was done. Retry once it has finished. {WhereToLook}");

        var patience = predecessor is null || call.Kind == CallKind.Read ? settings.Timeouts.Call : TimeSpan.Zero;
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(abandoned);
        using var answerBy = new CancellationTokenSource(patience + ReportGrace, timeProvider);
        using var deadline = new CancellationTokenSource(settings.Timeouts.Call, timeProvider);
        using var atDeadline = deadline.Token.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), cancelled);
        using var atShutdown = lifetime.ApplicationStopping.UnsafeRegister(
            static sources =>
            {
                var (deadline, answerBy) = ((CancellationTokenSource, CancellationTokenSource))sources!;
                deadline.CancelAfter(ShutdownGrace);
                answerBy.CancelAfter(ShutdownGrace + ReportGrace);
            },
            (deadline, answerBy));

        var token = call.Kind == CallKind.Remove ? CancellationToken.None : cancelled.Token;
        var start = timeProvider.GetTimestamp();
        var running = Task.Run(() => work(token), CancellationToken.None);
        try
        {
            return await running.WaitAsync(answerBy.Token);
        }
        catch (OperationCanceledException) when (answerBy.IsCancellationRequested && !running.IsCompleted) // (2)
        {
            _ = FollowAsync(call, running, start);
            throw new CnmException(predecessor is null
                ? Late(call.Kind)
                : $"{Behind(predecessor)}. It continues in the background, and this call follows it. {WhereToLook}");
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested) // (1)
        {
            throw new CnmException(
                $"{Reason("the call could not start")}. Nothing was done, or it has been cleaned up. Retry. {WhereToLook}");
        }
    }

    private string Late(CallKind kind) => $"{Reason("the call has not finished")}. " + (kind == CallKind.Remove
        ? "It continues in the background, and cnm-cni retries it until it succeeds. "
        : "Its work is recorded, and cnm-cni cleans it up in the background once it ends. ") + WhereToLook;

    private static string Behind(string predecessor) =>
        $"an earlier call for this endpoint ({predecessor}) exceeded its deadline and has not finished yet";

    private string Reason(string what) => lifetime.ApplicationStopping.IsCancellationRequested
        ? $"cnm-cni is shutting down, and {what} yet"
        : $"{what} within {SettingsText.Duration(settings.Timeouts.Call)} (timeouts.call): " +
            "something hangs, or there are too many calls at once";

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
            // Docker has its answer already: only this line reports the failure.
            outcome = failure is OperationCanceledException ? "being cleaned up" : ErrorDescription.OfFile(failure);
        }

        if (call.EndpointId is not null)
            _late.Remove(call.EndpointId, call.Method);

        logger.LateCallEnded(call.Method, timeProvider.GetElapsedTime(start).TotalMilliseconds, outcome);
    }

    // The calls that have exceeded their deadline and still run.
    private sealed class LateCalls
    {
        private readonly Lock _lock = new();

        // Guarded by _lock. The methods by endpoint, in the order in which they became late.
        private readonly Dictionary<string, List<string>> _running = new(StringComparer.Ordinal);

        // Null: none for the endpoint.
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
}

/// <summary>A call from Docker.</summary>
/// <param name="Method">Its name, for the log and error texts.</param>
/// <param name="Kind">What it does.</param>
/// <param name="EndpointId">Its endpoint; null without one, or with an unknown one.</param>
internal sealed record Call(string Method, CallKind Kind, string? EndpointId);
