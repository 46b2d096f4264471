using System.Collections.Concurrent;

namespace Bridge.HostileRequests;

/// <summary>How many requests of each kind were answered how.</summary>
internal sealed class Traffic
{
    private readonly ConcurrentDictionary<(string Kind, string Outcome), int> _counts = new();

    public void Add(string kind, string outcome) => _counts.AddOrUpdate((kind, outcome), 1, (_, count) => count + 1);

    public void WriteTo(TextWriter writer)
    {
        foreach (var kind in _counts.GroupBy(entry => entry.Key.Kind).OrderBy(group => group.Key, StringComparer.Ordinal))
            writer.WriteLine(
                $"{kind.Key,-16} {string.Join(
                    ", ", kind.OrderBy(entry => entry.Key.Outcome, StringComparer.Ordinal).Select(
                        entry => $"{entry.Key.Outcome}: {entry.Value}"))}");

        writer.WriteLine(
            $"{"all",-16} {string.Join(
                ", ", _counts.GroupBy(entry => entry.Key.Outcome).OrderBy(group => group.Key, StringComparer.Ordinal).Select(
                    group => $"{group.Key}: {group.Sum(entry => entry.Value)}"))}");
    }
}
