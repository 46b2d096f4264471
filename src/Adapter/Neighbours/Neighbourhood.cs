using System.Net;
using Bridge.Adapter.Pods;

namespace Bridge.Adapter.Neighbours;

/// <summary>What is known of one CNI network's addresses, and everybody on it that follows from that.</summary>
/// <param name="CniNetwork">Name of the CNI network.</param>
/// <param name="Subnets">What it declares; empty when only its IPAM plugin knows.</param>
/// <param name="Stored">What its IPAM plugin has given away; empty when that has no store that can be read.</param>
/// <param name="WhyIncomplete">Why others than our own may be missing, as the end of a sentence; null when nobody is.</param>
internal sealed record Neighbourhood(string CniNetwork, IReadOnlyList<IPNetwork> Subnets, IReadOnlyList<StoredAddress> Stored, string? WhyIncomplete)
{
    /// <summary>Where <see cref="Stored"/> is from, if the configuration does not say that the network's addresses are written down there.</summary>
    public string? GuessedStore { get; init; }

    /// <summary>The same, but without a guess that is proved wrong: one of our own has none of its addresses in that store. Not all of them need be from there.</summary>
    /// <param name="own">Those attached through this bridge, of all networks.</param>
    public Neighbourhood Judged(IReadOnlyList<OwnHolder> own) =>
        GuessedStore is not null && own.Any(holder => holder.CniNetwork == CniNetwork && holder.Addresses.Count > 0 && !Stored.Any(stored => holder.Addresses.Contains(stored.Address)))
            ? this with { Stored = [], WhyIncomplete = $"{GuessedStore} is of an earlier time: the addresses of Docker's containers are not in it" }
            : this;

    /// <summary>
    /// Everybody, each once, by address. The store says who is on this network; where it does not, a pod counts by its address: it may be
    /// on a network with another IPAM plugin.
    /// </summary>
    /// <param name="own">Those attached through this bridge, of all networks.</param>
    /// <param name="pods">The host's pods.</param>
    public IReadOnlyList<Neighbour> List(IReadOnlyList<OwnHolder> own, IReadOnlyList<Pod> pods)
    {
        var ours = own.Where(holder => holder.CniNetwork == CniNetwork).ToDictionary(holder => holder.ContainerId, StringComparer.Ordinal);
        var sandboxes = pods.ToDictionary(pod => pod.SandboxId, StringComparer.Ordinal);
        var owned = Stored.ToLookup(stored => stored.OwnerId, stored => stored.Address);
        var strangers = owned.Where(owner => owner.Key is null || !ours.ContainsKey(owner.Key));
        var homeless = pods.Where(pod => !owned.Contains(pod.SandboxId) && !ours.ContainsKey(pod.SandboxId));
        return
        [
            .. ours.Values.Select(holder => ToNeighbour(holder, owned[holder.ContainerId]))
                .Concat(strangers.SelectMany(owner => ToNeighbours(owner, sandboxes)))
                .Concat(homeless.Select(pod => (Pod: pod, Here: pod.Addresses.Where(IsHere).ToArray()))
                    .Where(found => found.Here.Length > 0)
                    .Select(found => ToNeighbour(found.Pod, found.Here)))
                .Order(Neighbour.ByAddress),
        ];
    }

    private bool IsHere(IPAddress address) => Subnets.Any(subnet => subnet.Contains(address));

    private static Neighbour ToNeighbour(OwnHolder holder, IEnumerable<IPAddress> stored) => new(
        holder.EndpointId is null ? NeighbourKind.Reservation : NeighbourKind.Container,
        holder.ContainerName,
        holder.ContainerId,
        holder.EndpointId,
        Neighbour.InOrder(holder.Addresses.Concat(stored)));

    private static Neighbour ToNeighbour(Pod pod, IEnumerable<IPAddress> addresses) =>
        new(NeighbourKind.Pod, pod.FullName, pod.SandboxId, null, Neighbour.InOrder(addresses));

    private static IEnumerable<Neighbour> ToNeighbours(IGrouping<string?, IPAddress> owner, Dictionary<string, Pod> sandboxes) => owner.Key switch
    {
        // Each is a different nobody.
        null => owner.Select(address => new Neighbour(NeighbourKind.Other, null, null, null, [address])),
        var id when sandboxes.TryGetValue(id, out var pod) => [ToNeighbour(pod, owner)],
        var id => [new Neighbour(NeighbourKind.Other, null, id, null, Neighbour.InOrder(owner))],
    };
}
