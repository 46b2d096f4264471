using System.Text;
using Bridge.Adapter.Faults;
using CniInvoker;

namespace Bridge.Adapter.Telemetry;

/// <summary>One log line and one span per plugin run, and the time it took, charged to the Docker call that caused it.</summary>
internal sealed class TimedExecutor(IPluginExecutor executor, CallClock clock, AdapterMetrics metrics, Traces traces,
    SpanSecrets secrets, TimeProvider timeProvider, ILogger<TimedExecutor> logger) : IPluginExecutor
{
    public async Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken)
    {
        using var span = traces.BeginRun(request);
        var start = timeProvider.GetTimestamp();
        var (outcome, kind) = ("no start", "nostart");
        try
        {
            FaultPoint.Pass(FaultKind.PluginStart, Name(request));
            var run = executor.ExecuteAsync(request.In(span), cancellationToken);
            FaultPoint.PassWhileRunning(FaultKind.PluginRun, Name(request));
            var output = await run;
            FaultPoint.Pass(FaultKind.PluginEnd, Name(request));
            (outcome, kind) = (Outcome(output), Kind(output));
            span.Ended(request, output, outcome, secrets);
            if (output.Stderr.Length > 0)
                logger.PluginSaid(request.PluginType, output.Stderr);

            if (UnreadOutput.Of(request, output) is { } remark)
                logger.PluginRemarked(request.PluginType, request.Operation.Verb(), remark);

            return output;
        }
        catch (Exception failure)
        {
            span.Fail(failure.Message);
            throw;
        }
        finally
        {
            span.With(Span.PluginOutcome, kind);
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

/// <summary>Measures the share of plugins in the time of the current call.</summary>
internal sealed class CallClock(TimeProvider timeProvider)
{
    private readonly AsyncLocal<Call?> _current = new();

    public Call Begin() => _current.Value = new Call(timeProvider);

    /// <summary>Counts a plugin's run towards the call that caused it; runs in the background belong to no call.</summary>
    public void AddPluginTime(TimeSpan duration) => _current.Value?.Add(duration);

    internal sealed class Call(TimeProvider timeProvider)
    {
        private readonly long _start = timeProvider.GetTimestamp();
        private long _inPlugins;

        public TimeSpan Elapsed => timeProvider.GetElapsedTime(_start);

        public TimeSpan InPlugins => TimeSpan.FromTicks(Interlocked.Read(ref _inPlugins));

        public void Add(TimeSpan duration) => Interlocked.Add(ref _inPlugins, duration.Ticks);
    }
}

/// <summary>
/// Text that a successful plugin wrote to stdout where CNI expects none: usually a log line, and of some plugins the only error report.
/// </summary>
internal static class UnreadOutput
{
    private const int Longest = 1000;

    /// <summary>The text to log; null without one.</summary>
    public static string? Of(PluginRequest request, PluginOutput output)
    {
        var isRead = request.Operation is CniOperation.Add or CniOperation.Version
            || output is not { ExitCode: 0, Signal: 0, TimedOut: false };
        var said = isRead ? "" : Encoding.UTF8.GetString(output.Stdout.Span[..Math.Min(output.Stdout.Length, Longest)]).Trim();
        return said.Length == 0 || IsEcho(said) ? null : said;
    }

    // Some plugins print the result of ADD at DEL too.
    private static bool IsEcho(string said) => said.Contains("\"cniVersion\"", StringComparison.OrdinalIgnoreCase);
}
