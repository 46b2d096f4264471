using System.Diagnostics.Metrics;

namespace Bridge.Adapter.Telemetry;

/// <summary>
/// The counters of calls, plugin runs and repair passes, named by Prometheus's conventions (unit and <c>_total</c> at the end).
/// </summary>
internal sealed class AdapterMetrics : IDisposable
{
    // Seconds. A start of a container takes a tenth of one, a deadline is a minute.
    private static readonly double[] Durations = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private readonly Counter<long> _calls;
    private readonly Histogram<double> _callDurations;
    private readonly Counter<long> _pluginRuns;
    private readonly Histogram<double> _pluginDurations;
    private readonly Counter<long> _rounds;

    /// <param name="log">Its dropped lines are counted.</param>
    public AdapterMetrics(LogQueue log)
    {
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = Durations };
        _calls = Meter.CreateCounter<long>("cnm_cni_calls_total",
            description: "Calls of Docker's, by method and outcome (answered, refused).");
        _callDurations = Meter.CreateHistogram("cnm_cni_call_duration_seconds", "s", "How long calls of Docker's took, plugins included.",
            tags: null, advice);
        _pluginRuns = Meter.CreateCounter<long>("cnm_cni_plugin_runs_total",
            description: "Runs of CNI plugins, by plugin, verb and outcome (success, failure, timeout, signal, nostart).");
        _pluginDurations = Meter.CreateHistogram("cnm_cni_plugin_duration_seconds", "s", "How long runs of CNI plugins took.", tags: null,
            advice);
        _rounds = Meter.CreateCounter<long>("cnm_cni_repair_passes_total",
            description: "Looks for such disagreements, by kind: thorough ones look at kernel and stores too, and not at Docker alone.");
        Meter.CreateObservableCounter("cnm_cni_log_lines_dropped_total", () => log.Dropped,
            description: "Lines of the log that its reader was too slow for, or that could not be written.");
    }

    /// <summary>Other classes add observable instruments.</summary>
    public Meter Meter { get; } = new("cnm-cni");

    public void Answered(string method, TimeSpan duration) => Count(method, "answered", duration);

    public void Refused(string method, TimeSpan duration) => Count(method, "refused", duration);

    public void PluginEnded(string plugin, string verb, string outcome, TimeSpan duration)
    {
        _pluginRuns.Add(1, new("plugin", plugin), new("verb", verb), new("outcome", outcome));
        _pluginDurations.Record(duration.TotalSeconds, new("plugin", plugin), new("verb", verb));
    }

    public void Looked(bool thoroughly) => _rounds.Add(1, new KeyValuePair<string, object?>("kind", thoroughly ? "thorough" : "docker"));

    public void Dispose() => Meter.Dispose();

    private void Count(string method, string outcome, TimeSpan duration)
    {
        _calls.Add(1, new("method", method), new("outcome", outcome));
        _callDurations.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("method", method));
    }
}
