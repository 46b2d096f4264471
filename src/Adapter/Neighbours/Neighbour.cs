using System.Net;
using System.Net.Sockets;

namespace Bridge.Adapter.Neighbours;

/// <summary>Somebody on a CNI network.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The container's name, or the pod's with its namespace; null when unknown.</param>
/// <param name="ContainerId">Its CNI container id (a pod's sandbox id); null when the IPAM plugin's store does not say whose the address is.</param>
/// <param name="EndpointId">Docker's endpoint id, of a container.</param>
/// <param name="Addresses">In ascending order, IPv4 first; those of the link and those that the IPAM plugin has given it.</param>
internal sealed record Neighbour(NeighbourKind Kind, string? Name, string? ContainerId, string? EndpointId, IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>By the first address, and those without any at the end.</summary>
    public static Comparer<Neighbour> ByAddress { get; } = Comparer<Neighbour>.Create((left, right) => (left.Addresses, right.Addresses) switch
    {
        ([], []) => string.CompareOrdinal(left.ContainerId, right.ContainerId),
        ([], _) => 1,
        (_, []) => -1,
        ([var first, ..], [var second, ..]) => Compare(first, second),
    });

    public static IReadOnlyList<IPAddress> InOrder(IEnumerable<IPAddress> addresses) => [.. addresses.Distinct().Order(Comparer<IPAddress>.Create(Compare))];

    private static int Compare(IPAddress left, IPAddress right)
    {
        var families = (left.AddressFamily == AddressFamily.InterNetworkV6).CompareTo(right.AddressFamily == AddressFamily.InterNetworkV6);
        return families != 0 ? families : left.GetAddressBytes().AsSpan().SequenceCompareTo(right.GetAddressBytes());
    }
}
