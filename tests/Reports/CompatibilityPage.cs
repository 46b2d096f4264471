using System.Globalization;
using System.Text;

namespace Bridge.Reports;

/// <summary>docs/reference/compatibility.md: features and plugins by engine.</summary>
internal static class CompatibilityPage
{
    private const string Introduction = """
        # Compatibility

        Written by `./bridge compatibility` from the results of the engine tests ([testing.md](../testing.md)), one run per Docker Engine.
        Do not edit it. A cell says what tests have shown, and nothing else.

        | cell | meaning |
        |---|---|
        | yes (3) | Three tests showed it. A note says what falls short. |
        | no | The engine or its plugins lack what it needs; a note says what. |
        | no (2) | It is refused; a note says why. Two tests showed the refusal, and that nothing remains of the attempt. |
        | not tested | No test ran on that engine. |

        """;

    public static string Write(Matrix matrix, IReadOnlyList<EngineResults> results)
    {
        var page = new StringBuilder(Introduction).Append("\n## What was tested\n\n");
        var packages = results.SelectMany(engine => engine.Packages.Keys).Distinct().Order(StringComparer.Ordinal);
        WriteTable(page, "package", matrix.Engines, packages.Select(package =>
            (IEnumerable<string>)[package, .. results.Select(engine => engine.Packages.GetValueOrDefault(package, ""))]));

        List<string> notes = [];
        page.Append("## Features\n\nThe last column lists the plugins of the chains on which the feature was shown.\n\n");
        foreach (var area in matrix.Features.GroupBy(row => row.Section))
        {
            page.Append("### ").Append(area.Key).Append("\n\n");
            var rows = area.Select(row => (IEnumerable<string>)[.. Cells(row, notes), string.Join(", ", row.With)]);
            WriteTable(page, "feature", matrix.Engines, rows, "shown with");
        }

        page.Append("## ").Append(Matrix.PluginSection).Append("\n\n");
        WriteTable(page, "plugin", matrix.Engines, matrix.Plugins.Select(row => Cells(row, notes)));
        foreach (var (note, index) in notes.Select((note, index) => (note, index)))
            page.Append(CultureInfo.InvariantCulture, $"[^{index + 1}]: {note.ReplaceLineEndings(" ")}\n");

        return page.ToString().TrimEnd('\n') + '\n';
    }

    /// <returns>The engines of a page.</returns>
    public static IReadOnlyList<Version> EnginesOf(string page) =>
        [.. Parse(page).Keys.Select(key => Version.Parse(key.Engine)).Distinct().Order()];

    /// <param name="now">Of a run that may lack engines of the page: those columns are left alone, and so are counts.</param>
    /// <returns>A sentence for each contradiction between the page and the run.</returns>
    public static IReadOnlyList<string> Differences(string page, Matrix now)
    {
        var written = Parse(page);
        var rows = now.Features.Concat(now.Plugins).ToList();
        var names = rows.Select(row => (row.Section, row.Name)).ToList();
        var pageNames = written.Keys.Select(key => (key.Section, key.Name)).Distinct().ToList();
        return
        [
            .. names.Except(pageNames).Select(row => $"{row.Section}: {row.Name}: the tests have it, the page does not"),
            .. pageNames.Except(names).Select(row => $"{row.Section}: {row.Name}: the page has it, no test does"),
            .. from row in rows
               from pair in row.Cells.Zip(now.Engines, (cell, engine) => (Cell: cell, Engine: engine))
               where pair.Cell.Verdict != Verdict.NotTested // What a machine could not test, it cannot contradict.
               where written.TryGetValue((row.Section, row.Name, pair.Engine.ToString()), out var cell)
                   && cell != (pair.Cell.Verdict, pair.Cell.Notes.Count > 0)
               let claim = written[(row.Section, row.Name, pair.Engine.ToString())]
               select $"{row.Section}: {row.Name}, Docker {pair.Engine}: "
                   + $"the page says \"{Cell.TextOf(claim.Verdict)}\"{(claim.HasNotes ? " with notes" : "")}, the tests \"{pair.Cell}\"",
        ];
    }

    private static Dictionary<(string Section, string Name, string Engine), (Verdict Verdict, bool HasNotes)> Parse(string page)
    {
        Dictionary<(string Section, string Name, string Engine), (Verdict Verdict, bool HasNotes)> written = [];
        var section = "";
        string[]? heads = null;
        foreach (var line in page.Split('\n'))
        {
            if (line.StartsWith('#'))
            {
                (section, heads) = (line.TrimStart('#', ' '), null);
            }
            else if (line.StartsWith("| ", StringComparison.Ordinal))
            {
                var cells = line.Trim().Trim('|').Split(" | ").Select(cell => cell.Trim()).ToArray();
                heads ??= cells;
                foreach (var (head, cell) in heads.Zip(cells).Skip(1))
                    if (Version.TryParse(head, out var engine) && VerdictOf(cell) is { } verdict)
                        written[(section, cells[0], engine.ToString())] = (verdict, cell.Contains("[^", StringComparison.Ordinal));
            }
        }

        return written;
    }

    // "not tested" begins with "no": the order of the verdicts matters.
    private static Verdict? VerdictOf(string cell) => Enum.GetValues<Verdict>().Cast<Verdict?>()
        .FirstOrDefault(verdict => cell.StartsWith(Cell.TextOf(verdict!.Value), StringComparison.Ordinal));

    private static IEnumerable<string> Cells(Row row, List<string> notes) =>
        [row.Name, .. row.Cells.Select(cell => string.Join(' ', [cell.Text, .. cell.Notes.Select(note => Footnote(note, notes))]))];

    private static string Footnote(string note, List<string> notes)
    {
        if (!notes.Contains(note))
            notes.Add(note);

        return string.Create(CultureInfo.InvariantCulture, $"[^{notes.IndexOf(note) + 1}]");
    }

    private static void WriteTable(
        StringBuilder page, string first, IEnumerable<Version> engines, IEnumerable<IEnumerable<string>> rows, params string[] last)
    {
        string[] heads = [first, .. engines.Select(engine => engine.ToString()), .. last];
        MarkdownRow.Write(page, heads);
        page.Append('|').Insert(page.Length, "---|", heads.Length).Append('\n');
        foreach (var row in rows)
            MarkdownRow.Write(page, row);

        page.Append('\n');
    }
}

internal static class MarkdownRow
{
    public static void Write(StringBuilder page, params IEnumerable<string> cells) => page.Append("| ")
        .AppendJoin(" | ", cells.Select(cell => cell.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
}
