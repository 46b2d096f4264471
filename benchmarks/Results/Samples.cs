namespace Bridge.Benchmarks.Results;

/// <summary>Collects the values of one section.</summary>
internal sealed class Samples
{
    private readonly List<(string What, string Case, string Unit, string? Reference, List<double> Values)> _series = [];
    private readonly List<string> _notes = [];

    public IReadOnlyList<Series> Series => [.. _series.Select(each => new Series(
        each.What, each.Case, each.Unit, each.Reference == each.Case ? null : each.Reference,
        [.. each.Values.Select(value => Math.Round(value, 4))]))];

    public IReadOnlyList<string> Notes => _notes;

    public void Add(string what, string name, string unit, double value, string? reference = null)
    {
        var values = _series.Find(each => each.What == what && each.Case == name).Values;
        if (values is null)
        {
            values = [];
            _series.Add((what, name, unit, reference, values));
        }

        values.Add(value);
    }

    /// <summary>Kept once.</summary>
    public void Note(string sentence)
    {
        if (!_notes.Contains(sentence))
            _notes.Add(sentence);
    }
}
