using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Bridge.Adapter.Telemetry;

/// <summary>
/// The metrics in Prometheus's text format. Our own because prometheus-net's adapter for these instruments turns counters into gauges,
/// knows none of their bucket bounds and listens to the whole process, and OpenTelemetry's exporter for this format has had no release yet.
/// </summary>
internal sealed class MetricsPage : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MeterListener _listener = new();
    private readonly Lock _turn = new(); // Of those who read: each lets observable instruments report, and writes what they reported.
    private readonly Lock _lock = new();

    // Guarded by _lock. In the order in which instruments were made.
    private readonly List<MetricFamily> _families = [];

    /// <param name="metrics">The page has its instruments alone.</param>
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
        var text = new StringBuilder();
        lock (_turn)
        {
            lock (_lock)
                _families.ForEach(family => family.Forget());

            _listener.RecordObservableInstruments();
            lock (_lock)
            {
                foreach (var family in _families.OrderBy(family => family.Name, StringComparer.Ordinal))
                    family.WriteTo(text);
            }
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

/// <summary>One instrument and its measurements by labels. Not thread-safe; the caller locks.</summary>
internal sealed class MetricFamily(Instrument instrument)
{
    private readonly IReadOnlyList<double> _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? [];
    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);

    public string Name => instrument.Name;

    private bool IsHistogram => instrument is Histogram<double>;

    // An observable counter reports the total, not an increment.
    private bool IsSum => instrument is Counter<long>;

    private string Type => instrument switch
    {
        Histogram<double> => "histogram",
        Counter<long> or ObservableCounter<long> => "counter",
        _ => "gauge",
    };

    public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = Labels(tags);
        if (!_series.TryGetValue(labels, out var series))
            _series[labels] = series = new Series(new long[_bounds.Count]);

        series.Count++;
        series.Value = IsSum || IsHistogram ? series.Value + value : value;
        for (var bucket = _bounds.Count - 1; bucket >= 0 && value <= _bounds[bucket]; bucket--)
            series.Buckets[bucket]++;
    }

    /// <summary>What is reported anew for each page: a network that is gone must not stay on it.</summary>
    public void Forget()
    {
        if (instrument.IsObservable)
            _series.Clear();
    }

    public void WriteTo(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {Name} {instrument.Description}\n# TYPE {Name} {Type}\n");
        foreach (var (labels, series) in _series)
        {
            if (IsHistogram)
                WriteHistogram(text, labels, series);
            else
                WriteLine(text, Name, labels, series.Value);
        }
    }

    private void WriteHistogram(StringBuilder text, string labels, Series series)
    {
        var before = labels.Length > 0 ? labels + "," : "";
        for (var bucket = 0; bucket < _bounds.Count; bucket++)
            WriteLine(text, Name + "_bucket",
                $"{before}le=\"{_bounds[bucket].ToString(CultureInfo.InvariantCulture)}\"", series.Buckets[bucket]);

        WriteLine(text, Name + "_bucket", $"{before}le=\"+Inf\"", series.Count);
        WriteLine(text, Name + "_sum", labels, series.Value);
        WriteLine(text, Name + "_count", labels, series.Count);
    }

    private static void WriteLine(StringBuilder text, string name, string labels, double value) =>
        text.Append(CultureInfo.InvariantCulture,
            $"{name}{(labels.Length > 0 ? $"{{{labels}}}" : "")} {value.ToString(CultureInfo.InvariantCulture)}\n");

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new StringBuilder();
        foreach (var (key, value) in tags)
            labels.Append(labels.Length > 0 ? "," : "").Append(key).Append("=\"").Append(Escaped($"{value}")).Append('"');

        return labels.ToString();
    }

    // A plugin's name comes from a file in /etc/cni/net.d, so it is foreign text.
    private static string Escaped(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);

    private sealed class Series(long[] buckets)
    {
        public long[] Buckets => buckets;

        public long Count { get; set; }

        public double Value { get; set; }
    }
}
