using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Bridge.HostileRequests.Checks;

/// <summary>What went wrong, each kind of thing once with how often it happened and the first request that led to it.</summary>
internal sealed partial class Findings
{
    private readonly ConcurrentDictionary<string, (int Times, string First)> _found = new(StringComparer.Ordinal);

    public int Count => _found.Count;

    public void Add(string what, string request) => _found.AddOrUpdate(
        Varying().Replace(what, "…"), _ => (1, $"{what}\n      after: {request}"), (_, known) => (known.Times + 1, known.First));

    public void WriteTo(TextWriter writer)
    {
        foreach (var (times, first) in _found.Values)
            writer.WriteLine($"FINDING ({times} times): {first}");
    }

    [GeneratedRegex("""[0-9a-f]{4,}|\d+|"[^"]*"|'[^']*'""")]
    private static partial Regex Varying();
}
