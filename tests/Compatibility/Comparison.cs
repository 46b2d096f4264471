namespace Bridge.Compatibility;

/// <summary>Where a page written earlier and a run of the tests contradict each other.</summary>
internal static class Comparison
{
    /// <param name="now">Of a run that may lack engines of the page: those columns are left alone.</param>
    /// <returns>A sentence for each contradiction.</returns>
    public static IReadOnlyList<string> Differences(WrittenMatrix page, Matrix now)
    {
        var rows = now.Features.Concat(now.Plugins).ToList();
        var names = rows.Select(row => (row.Section, row.Name)).ToList();
        return
        [
            .. names.Except(page.Rows).Select(row => $"{Title(row)}: the tests have it, the page does not"),
            .. page.Rows.Except(names).Select(row => $"{Title(row)}: the page has it, no test does"),
            .. rows.SelectMany(row => row.Cells.Zip(now.Engines, (cell, engine) => Difference(row, engine, page[row.Section, row.Name, engine], cell)))
                .OfType<string>(),
        ];
    }

    // What a machine could not test, it cannot contradict.
    private static string? Difference(Row row, Version engine, Verdict? written, Cell found) =>
        written is null || written == found.Verdict || found.Verdict == Verdict.NotTested
            ? null
            : $"{Title((row.Section, row.Name))}, Docker {engine}: the page says \"{written.Value.Words()}\", the tests \"{found}\"";

    private static string Title((string Section, string Name) row) => $"{row.Section}: {row.Name}";
}
