using System.Text.RegularExpressions;

namespace Bridge.Soak.Ending;

/// <summary>What the logs say of an id or an address that is in what leaked.</summary>
/// <param name="Name">The id, cut as the log cuts it, or the address.</param>
/// <param name="Lines">The last ones that name it.</param>
internal sealed partial record LeakTrace(string Name, IReadOnlyList<string> Lines)
{
    private const int ShortId = 12;
    private const int MostNames = 6;
    private const int MostLines = 30;

    /// <param name="leaks">Lines of the census, and files of the journal.</param>
    /// <param name="logs">Lines of cnm-cni's log and of the events, in the order in which they are to be read.</param>
    /// <returns>Of the first few names; the rest is in the kept logs.</returns>
    public static IReadOnlyList<LeakTrace> Of(IEnumerable<string> leaks, IReadOnlyList<string> logs) =>
        [.. leaks.SelectMany(NamesIn).Distinct(StringComparer.Ordinal)
            .Select(name => new LeakTrace(name, [.. logs.Where(line => line.Contains(name, StringComparison.Ordinal)).TakeLast(MostLines)]))
            .Where(trace => trace.Lines.Count > 0).Take(MostNames)];

    private static IEnumerable<string> NamesIn(string leak) =>
        Id().Matches(leak).Select(match => match.Value[..ShortId]).Concat(AddressOrLink().Matches(leak).Select(match => match.Value));

    // A part of the name of a plugin's chain (CNI-…) is a hash, and in no log.
    [GeneratedRegex("(?<![0-9a-f]|CNI-)[0-9a-f]{12,64}(?![0-9a-f])")]
    private static partial Regex Id();

    [GeneratedRegex(@"\b(veth[0-9a-f]{8}|cni[0-9a-f]{8,12})\b|(?<![0-9.])10\.9[01]\.0\.(?!1\b|0\b|255\b)[0-9]+")]
    private static partial Regex AddressOrLink();
}
