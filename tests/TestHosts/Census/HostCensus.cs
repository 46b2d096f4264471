namespace Bridge.TestHosts.Census;

/// <summary>The state of a test host at one moment: facts, sorted; a fact that holds twice is in it twice.</summary>
public sealed class HostCensus
{
    internal HostCensus(string text) =>
        Lines = [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    public IReadOnlyList<string> Lines { get; }

    /// <returns>The new facts (+) and the missing facts (-) since <paramref name="earlier"/>; empty when nothing changed.</returns>
    public IReadOnlyList<string> Since(HostCensus earlier) =>
        [.. Without(Lines, earlier.Lines).Select(line => $"+ {line}"), .. Without(earlier.Lines, Lines).Select(line => $"- {line}")];

    private static IEnumerable<string> Without(IReadOnlyList<string> lines, IReadOnlyList<string> others)
    {
        var remaining = others.GroupBy(line => line).ToDictionary(group => group.Key, group => group.Count());
        foreach (var line in lines)
        {
            if (remaining.TryGetValue(line, out var count) && count > 0)
                remaining[line] = count - 1;
            else
                yield return line;
        }
    }
}
