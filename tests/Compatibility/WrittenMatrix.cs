namespace Bridge.Compatibility;

/// <summary>What a page written earlier says: a verdict for each section, row and engine.</summary>
internal sealed class WrittenMatrix
{
    private readonly Dictionary<(string Section, string Name, string Engine), Verdict> _verdicts = [];

    /// <summary>Sections and names of the rows, in the page's order.</summary>
    public IReadOnlyList<(string Section, string Name)> Rows => [.. _verdicts.Keys.Select(key => (key.Section, key.Name)).Distinct()];

    public IReadOnlyList<Version> Engines => [.. _verdicts.Keys.Select(key => Version.Parse(key.Engine)).Distinct().Order()];

    /// <summary>What the page says; null when it has no such cell.</summary>
    public Verdict? this[string section, string name, Version engine] =>
        _verdicts.TryGetValue((section, name, engine.ToString()), out var verdict) ? verdict : null;

    public static WrittenMatrix Parse(string page)
    {
        var matrix = new WrittenMatrix();
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
                if (heads is null)
                    heads = cells;
                else
                    matrix.Add(section, heads, cells);
            }
        }

        return matrix;
    }

    private void Add(string section, string[] heads, string[] cells)
    {
        foreach (var (head, cell) in heads.Zip(cells).Skip(1))
        {
            if (Version.TryParse(head, out var engine) && VerdictWords.In(cell) is { } verdict)
                _verdicts[(section, cells[0], engine.ToString())] = verdict;
        }
    }
}
