using System.Globalization;
using System.Text;

namespace Bridge.Benchmarks;

/// <summary>Collects figures and prints them as a Markdown table, ready for docs/performance.md. Progress goes to standard error.</summary>
internal sealed class Report
{
    private readonly StringBuilder _text = new();

    public void Heading(string text) => _text.Append(text).Append(".\n\n| what | p50 | p95 | compared |\n|---|---:|---:|---|\n");

    public static void Progress(string text) => Console.Error.WriteLine($"… {text}");

    /// <param name="what">What was measured.</param>
    /// <param name="milliseconds">Every run.</param>
    /// <param name="compared">A ratio within this run, or the goal.</param>
    public void Times(string what, IReadOnlyList<double> milliseconds, string compared = "") =>
        _text.Append(CultureInfo.InvariantCulture,
            $"| {what} | {Percentile(milliseconds, 50):F1} ms | {Percentile(milliseconds, 95):F1} ms | {compared} |\n");

    /// <inheritdoc cref="Times"/>
    public void Microseconds(string what, IReadOnlyList<double> milliseconds, string compared = "") => _text.Append(
        CultureInfo.InvariantCulture,
        $"| {what} | {Percentile(milliseconds, 50) * 1000:F0} µs | {Percentile(milliseconds, 95) * 1000:F0} µs | {compared} |\n");

    public void Figure(string what, string figure, string compared = "") =>
        _text.Append(CultureInfo.InvariantCulture, $"| {what} | {figure} | | {compared} |\n");

    public void Print() => Console.Write(_text.ToString());

    public static double Percentile(IReadOnlyList<double> values, int percent)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];
    }

    /// <summary>
    /// Where the median of what was sampled lies with 95 % confidence, whatever its distribution: between two of the sorted values.
    /// </summary>
    public static (double Low, double High) MedianWithin(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToArray();
        var reach = 0.98 * Math.Sqrt(sorted.Length);
        return (sorted[Math.Max(0, (int)((sorted.Length / 2.0) - reach))],
            sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling((sorted.Length / 2.0) + reach))]);
    }

    public static string Ratio(IReadOnlyList<double> one, IReadOnlyList<double> other, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{Percentile(one, 50) / Percentile(other, 50):F2} × {name}");
}
