using Bridge.Adapter.Faults;
using CniInvoker;

namespace Bridge.Adapter.Telemetry;

/// <summary>One log line per plugin run, and the time it took, charged to the Docker call that caused it.</summary>
internal sealed class TimedExecutor(IPluginExecutor executor, CallClock clock, AdapterMetrics metrics, TimeProvider timeProvider, ILogger<TimedExecutor> logger) : IPluginExecutor
{
    public async Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        var (outcome, kind) = ("no start", "nostart");
        try
        {
            FaultPoint.Pass(FaultKind.PluginStart, Name(request));
            var run = executor.ExecuteAsync(request, cancellationToken);
            FaultPoint.PassWhileRunning(FaultKind.PluginRun, Name(request));
            var output = await run;
            FaultPoint.Pass(FaultKind.PluginEnd, Name(request));
            (outcome, kind) = (Outcome(output), Kind(output));
            if (output.Stderr.Length > 0)
                logger.PluginSaid(request.PluginType, output.Stderr);

            if (PluginRemark.Of(request, output) is { } remark)
                logger.PluginRemarked(request.PluginType, request.Operation.Verb(), remark);

            return output;
        }
        finally
        {
            var duration = timeProvider.GetElapsedTime(start);
            clock.AddPluginTime(duration);
            metrics.PluginEnded(request.PluginType, request.Operation.Verb(), kind, duration);
            Tell(request, duration, outcome);
        }
    }

    private static string Name(PluginRequest request) => $"{request.Operation.Verb()} of {request.PluginType}";

    private void Tell(PluginRequest request, TimeSpan duration, string outcome)
    {
        var verb = request.Operation.Verb();
        if (request.ContainerId.Length == 0)
        {
            logger.ProbeEnded(verb, request.PluginType, duration.TotalMilliseconds, outcome); // VERSION, STATUS
            return;
        }

        logger.PluginEnded(verb, request.PluginType, request.NetworkName, request.ContainerId, duration.TotalMilliseconds, outcome);
    }

    private static string Kind(PluginOutput output) => output switch
    {
        { TimedOut: true } => "timeout",
        { Signal: not 0 } => "signal",
        { ExitCode: 0 } => "success",
        _ => "failure",
    };

    private static string Outcome(PluginOutput output) => output switch
    {
        { TimedOut: true } => "time-out",
        { Signal: not 0 } => $"signal {output.Signal}",
        _ => $"exit {output.ExitCode}",
    };
}
