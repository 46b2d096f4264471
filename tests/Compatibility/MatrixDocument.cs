using System.Text;

namespace Bridge.Compatibility;

/// <summary>The matrix as a page of the documentation.</summary>
internal static class MatrixDocument
{
    private const string Introduction = """
        # Compatibility

        Written by `./bridge compatibility` from the results of the engine tests ([testing.md](../testing.md)), one run for each Docker Engine.
        Not edited by hand: a cell says what tests have shown, and nothing that no test has.

        | a cell says | when |
        |---|---|
        | yes (3) | three tests showed it |
        | in part (3): … | three tests showed it, but for what follows: it is refused, or the engine or a plugin cannot do it |
        | no: … | the engine, or its plugins, lack what it needs |
        | no (2): … | and two tests showed that it is refused in words, with nothing left half-made |
        | stand-in only (1) | a script played the plugin, because the kernel of the tests lacks what the plugin needs: **untested on a real kernel** |
        | not tested | no test ran there |

        """;

    public static string Write(Matrix matrix, IReadOnlyList<EngineResults> results)
    {
        var page = new StringBuilder(Introduction).Append('\n');
        page.Append("## What was tested\n\n");
        var packages = results.SelectMany(engine => engine.Packages.Keys).Distinct().Order(StringComparer.Ordinal);
        WriteTable(page, "package", matrix.Engines, packages.Select(package =>
            (IEnumerable<string>)[package, .. results.Select(engine => engine.Packages.GetValueOrDefault(package, ""))]));

        page.Append("## Features\n\nThe last column has the plugins of the chains on which the feature was shown.\n\n");
        foreach (var area in matrix.Features.GroupBy(row => row.Section))
        {
            page.Append("### ").Append(area.Key).Append("\n\n");
            WriteTable(page, "feature", matrix.Engines, area.Select(row => (IEnumerable<string>)[.. Cells(row), string.Join(", ", row.With)]), "shown with");
        }

        page.Append("## ").Append(Matrix.PluginSection).Append("\n\n");
        WriteTable(page, "plugin", matrix.Engines, matrix.Plugins.Select(Cells));
        return page.ToString().TrimEnd('\n') + '\n';
    }

    private static IEnumerable<string> Cells(Row row) => [row.Name, .. row.Cells.Select(cell => cell.ToString())];

    private static void WriteTable(StringBuilder page, string first, IEnumerable<Version> engines, IEnumerable<IEnumerable<string>> rows, params string[] last)
    {
        string[] heads = [first, .. engines.Select(engine => engine.ToString()), .. last];
        WriteRow(page, heads);
        page.Append('|').Insert(page.Length, "---|", heads.Length).Append('\n');
        foreach (var row in rows)
            WriteRow(page, row);

        page.Append('\n');
    }

    private static void WriteRow(StringBuilder page, IEnumerable<string> cells) =>
        page.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
}
