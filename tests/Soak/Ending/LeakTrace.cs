using System.Text.RegularExpressions;

namespace Bridge.Soak.Ending;

/// <summary>What the logs say of the ids and addresses in a leaked line.</summary>
internal static partial class LeakTrace
{
    // The log cuts ids to so many digits; kernel names of links have fewer.
    private const int ShortId = 12;
    private const int MostLines = 40;

    /// <param name="leak">A line of the census, or a file of the journal.</param>
    /// <param name="logs">Lines of the daemons' logs and of the events, in the order in which they are to be read.</param>
    public static IReadOnlyList<string> Of(string leak, IReadOnlyList<string> logs)
    {
        var names = Id().Matches(leak).Select(match => match.Value[..ShortId]).Concat(Link().Matches(leak).Select(match => match.Value)).ToHashSet(StringComparer.Ordinal);
        var lines = logs.Where(line => names.Any(name => line.Contains(name, StringComparison.Ordinal))).ToList();
        return [.. lines.TakeLast(MostLines)];
    }

    [GeneratedRegex("(?<![0-9a-f])[0-9a-f]{12,64}(?![0-9a-f])")]
    private static partial Regex Id();

    [GeneratedRegex(@"\b(veth[0-9a-f]{8}|cni[0-9a-f]{8,12})\b|(?<![0-9.])10\.9[01]\.0\.(?!1\b|0\b|255\b)[0-9]+")]
    private static partial Regex Link();
}
