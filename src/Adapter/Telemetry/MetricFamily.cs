using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Bridge.Adapter.Telemetry;

/// <summary>One instrument with all that it has measured, by labels. The caller lets one thread in at a time.</summary>
internal sealed class MetricFamily(Instrument instrument)
{
    private readonly IReadOnlyList<double> _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? [];
    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);

    public string Name => instrument.Name;

    private bool IsHistogram => instrument is Histogram<double>;

    // What an observable one tells is the whole, not what has come since.
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
            WriteLine(text, Name + "_bucket", $"{before}le=\"{_bounds[bucket].ToString(CultureInfo.InvariantCulture)}\"", series.Buckets[bucket]);

        WriteLine(text, Name + "_bucket", $"{before}le=\"+Inf\"", series.Count);
        WriteLine(text, Name + "_sum", labels, series.Value);
        WriteLine(text, Name + "_count", labels, series.Count);
    }

    private static void WriteLine(StringBuilder text, string name, string labels, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}{(labels.Length > 0 ? $"{{{labels}}}" : "")} {value.ToString(CultureInfo.InvariantCulture)}\n");

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new StringBuilder();
        foreach (var (key, value) in tags)
            labels.Append(labels.Length > 0 ? "," : "").Append(key).Append("=\"").Append(Escaped($"{value}")).Append('"');

        return labels.ToString();
    }

    // A plugin's name comes from a file that anybody who may write to /etc/cni/net.d has written.
    private static string Escaped(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private sealed class Series(long[] buckets)
    {
        public long[] Buckets => buckets;

        public long Count { get; set; }

        public double Value { get; set; }
    }
}
