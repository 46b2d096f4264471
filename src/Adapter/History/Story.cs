using System.Net;
using Bridge.Adapter.State;

namespace Bridge.Adapter.History;

/// <summary>Who had what from when to when.</summary>
/// <param name="Container">The container's name, when known.</param>
/// <param name="EndpointId">Docker's endpoint id.</param>
/// <param name="ContainerId">The CNI container id.</param>
/// <param name="CniNetwork">The CNI network.</param>
/// <param name="Addresses">With prefix length.</param>
/// <param name="Since">Its interface went to the sandbox.</param>
/// <param name="Until">The DEL of every plugin had succeeded; null: it is still there, or a later event is missing.</param>
internal sealed record Tenure(
    string? Container, string EndpointId, string? ContainerId, string? CniNetwork, IReadOnlyList<string> Addresses, DateTimeOffset Since,
    DateTimeOffset? Until);

/// <summary>The part of the history that is about one container, endpoint or address.</summary>
/// <param name="Tenures">By time.</param>
/// <param name="Events">By time.</param>
internal sealed record Story(IReadOnlyList<Tenure> Tenures, IReadOnlyList<HistoryEvent> Events)
{
    /// <param name="history">All events.</param>
    /// <param name="target">
    /// A container's name, an endpoint or CNI container id, the beginning of one, or an address, also with prefix length.
    /// </param>
    /// <param name="known">Endpoints that the target is known to mean, although no event names it yet.</param>
    public static Story Of(IReadOnlyList<HistoryEvent> history, string target, IReadOnlyList<string> known)
    {
        var seeds = Seeds(history, target, known);
        var endpoints = seeds.Select(seed => seed.EndpointId).OfType<string>().Concat(known).ToHashSet(StringComparer.Ordinal);
        var containers = history.Where(one => one.EndpointId is { } id && endpoints.Contains(id)).Concat(seeds)
            .Select(one => one.ContainerId).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var address = Cidr.TryWritten(target, out var parsed) ? parsed : null;

        // A warm attachment has its container id in common with the endpoints that had it one after the other.
        bool IsOf(HistoryEvent one) => one switch
        {
            { Finding: { } finding } => endpoints.Contains(finding.Subject) || containers.Contains(finding.Subject)
                || (address is not null && Mentions(finding, address)),
            { EndpointId: { } id } when endpoints.Contains(id) => true,
            { EndpointId: { } id } when id != one.ContainerId => false,
            _ => one.ContainerId is { } id && containers.Contains(id),
        };
        HistoryEvent[] events = [.. history.Where(IsOf)];
        return new([.. TenuresOf(events, endpoints)], events);
    }

    private static HistoryEvent[] Seeds(IReadOnlyList<HistoryEvent> history, string target, IReadOnlyList<string> known)
    {
        if (Cidr.TryWritten(target, out var address))
            return [.. history.Where(one => Has(one, address))];

        HistoryEvent[] named = [.. history.Where(one => one.Container == target)];
        if (named.Length > 0 || known.Count > 0)
            return named;

        bool Begins(string? id) => id?.StartsWith(target, StringComparison.Ordinal) == true;
        return [.. history.Where(one => Begins(one.EndpointId) || Begins(one.ContainerId))];
    }

    private static bool Has(HistoryEvent one, IPAddress address) =>
        one.Addresses?.Any(text => Cidr.TryAddressIn(text, out var found) && found.Equals(address)) == true;

    private static bool Mentions(HistoryFinding finding, IPAddress address) => $"{finding.Subject} {finding.What} {finding.Why}".Split(' ')
        .Any(word => Cidr.BeforePrefix(word).Trim(',', '.', ':', ';', '(', ')') == $"{address}");

    private static IEnumerable<Tenure> TenuresOf(HistoryEvent[] events, HashSet<string> endpoints)
    {
        foreach (var (at, attached) in events.Index())
        {
            if (attached is not { Kind: HistoryEventKind.Attached, EndpointId: { } id } || !endpoints.Contains(id))
                continue;

            var name = events.LastOrDefault(one => one.EndpointId == id && one.Container is not null)?.Container;
            var end = events.Skip(at).FirstOrDefault(one => one.EndpointId == id && one.Kind == HistoryEventKind.Detached);
            yield return new Tenure(
                name, id, attached.ContainerId, attached.CniNetwork, attached.Addresses ?? [], attached.Time, end?.Time);
        }
    }
}
