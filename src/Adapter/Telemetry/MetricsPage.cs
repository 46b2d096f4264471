using System.Diagnostics.Metrics;
using System.Text;

namespace Bridge.Adapter.Telemetry;

/// <summary>
/// What is counted, as Prometheus's text format. Our own because prometheus-net's adapter for these instruments turns counters into gauges, knows
/// none of their bucket bounds and listens to the whole process, and OpenTelemetry's exporter for this format has had no release yet.
/// </summary>
internal sealed class MetricsPage : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();

    // Guarded by _lock. In the order in which instruments were made.
    private readonly List<MetricFamily> _families = [];

    /// <param name="metrics">Whose instruments; nobody else's of this process.</param>
    public MetricsPage(AdapterMetrics metrics)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, metrics.Meter))
            {
                var family = new MetricFamily(instrument);
                lock (_lock)
                    _families.Add(family);

                listener.EnableMeasurementEvents(instrument, family);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => Take(family, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => Take(family, value, tags));
        _listener.Start();
    }

    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        lock (_lock)
        {
            foreach (var family in _families.OrderBy(family => family.Name, StringComparer.Ordinal))
                family.WriteTo(text);
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Take(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
            ((MetricFamily)family!).Take(value, tags);
    }
}
