using System.Globalization;
using System.Text;
using Bridge.Benchmarks.Stage;

namespace Bridge.Benchmarks.Results;

/// <summary>The tables of docs/performance.md: what stands between the markers is written here, the rest by hand.</summary>
internal static class Page
{
    private const string Begin = "<!-- Written by ./bridge bench: -->";
    private const string End = "<!-- until here. -->";

    // The cases of containers, which are measured in random order. Others keep theirs.
    private static readonly List<string> Order = [.. NetworkCase.Names];

    /// <exception cref="InvalidOperationException">The page has no markers.</exception>
    public static void Write(string path, IEnumerable<EngineResults> engines)
    {
        var page = File.ReadAllText(path);
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
            throw new InvalidOperationException($"{path} lacks the lines \"{Begin}\" and \"{End}\", between which the tables belong.");

        File.WriteAllText(path, $"{page[..begin]}{Begin}\n\n{string.Join('\n', engines.Select(Of))}\n{page[end..]}");
    }

    /// <summary>One engine's part.</summary>
    public static string Of(EngineResults results)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"## Docker {results.Engine}\n\n");
        WriteOrigins(page, results);
        WriteTargets(page, results);
        foreach (var section in results.Sections)
        {
            page.Append(CultureInfo.InvariantCulture, $"### Docker {results.Engine}: {section.Name}\n\n");
            foreach (var note in section.Notes)
                page.Append(CultureInfo.InvariantCulture, $"- {note}\n");

            if (section.Notes.Count > 0)
                page.Append('\n');

            foreach (var table in section.Series.GroupBy(series => series.What))
                WriteTable(page, [.. table.OrderBy(row => Order.IndexOf(row.Case))]);
        }

        return page.ToString();
    }

    private static void WriteOrigins(StringBuilder page, EngineResults results)
    {
        foreach (var run in results.Sections.GroupBy(section => section.Measured with { Date = "" }))
        {
            var (last, names) = (run.Last().Measured, string.Join(", ", run.Select(section => section.Name)));
            page.Append(
                CultureInfo.InvariantCulture,
                $"{names}: `{last.Command}`, {last.Date} UTC, on {last.Machine}; {last.Program}; {last.Packages}.\n\n");
        }
    }

    private static void WriteTargets(StringBuilder page, EngineResults results)
    {
        page.Append("| target (p50) | bound | measured (95 %) | |\n|---|---:|---:|---|\n");
        foreach (var target in Target.All.Where(each => each.Engine is null || each.Engine == results.Engine))
        {
            var unit = target.Comparison == Comparison.Ratio ? "" : $" {target.Unit}";
            var bound = string.Create(CultureInfo.InvariantCulture, $"{(target.IsLeast ? "≥" : "≤")} {target.Bound:0.##}{unit}");
            var (measured, verdict) = target.Of(results) is { } estimate
                ? (Interval(estimate), target.IsMet(estimate) ? "met" : "**missed**")
                : ("", "not measured");
            page.Append(CultureInfo.InvariantCulture, $"| {target.Name} | {bound} | {measured} | {verdict} |\n");
        }

        page.Append('\n');
    }

    private static void WriteTable(StringBuilder page, IReadOnlyList<Series> rows)
    {
        var isCompared = rows.Any(row => row.Reference is not null);
        var unit = rows[0].Unit;
        page.Append(CultureInfo.InvariantCulture, $"**{rows[0].What}**{(unit.Length > 0 ? $", {unit}" : "")}\n\n");
        page.Append("| | p50 | p95 | p99 | values |").Append(isCompared ? " ratio (95 %) |\n" : "\n");
        page.Append("|---|---:|---:|---:|---:|").Append(isCompared ? "---|\n" : "\n");
        foreach (var row in rows)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"| {row.Case} | {Number(row, 50)} | {Number(row, 95)} | {Number(row, 99)} | {row.Values.Count} |");
            page.Append(isCompared ? $" {Ratio(row, rows)} |\n" : "\n");
        }

        page.Append('\n');
    }

    private static string Ratio(Series row, IEnumerable<Series> rows) =>
        row.Reference is not null && rows.FirstOrDefault(each => each.Case == row.Reference) is { } reference
            ? $"{Interval(Statistics.Ratio(row.Values, reference.Values))} × {row.Reference}"
            : "";

    private static string Number(Series row, int percent) => Shown(Statistics.Percentile(row.Values, percent));

    private static string Interval(Estimate estimate) =>
        $"{Shown(estimate.Value)} ({Shown(estimate.Low)} to {Shown(estimate.High)})";

    // Three significant digits.
    private static string Shown(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("F0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("F1", CultureInfo.InvariantCulture),
        _ => value.ToString("F2", CultureInfo.InvariantCulture),
    };
}
