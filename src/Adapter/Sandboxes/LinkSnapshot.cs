using System.Net;

namespace Bridge.Adapter.Sandboxes;

/// <summary>What the plugins really left on a link and around it; their result does not tell all of it.</summary>
internal sealed record LinkSnapshot(string IfName, string Mac, int Mtu, string Kind, int? PeerIndex)
{
    /// <summary>The other end, or the parent, is in the host namespace, as of nearly all plugins; else it is somewhere unknown.</summary>
    public bool PeerIsInHost { get; init; }

    /// <summary>In the order in which they were added, without what the kernel or a router gave.</summary>
    public IReadOnlyList<LinkAddress> Addresses { get; init; } = [];

    /// <summary>Of all tables but the kernel's own (local).</summary>
    public IReadOnlyList<LinkRoute> Routes { get; init; } = [];

    /// <summary>All but those that every namespace has.</summary>
    public IReadOnlyList<RoutingRule> Rules { get; init; } = [];

    /// <summary>The permanent ones.</summary>
    public IReadOnlyList<LinkNeighbour> Neighbours { get; init; } = [];

    /// <summary>Whether the address came with a route to its neighbours. Some plugins take that away and put others in its place.</summary>
    public bool HasConnectedRoute(LinkAddress address) => Routes
        .Where(route => route.IsKernel)
        .Select(route => IPNetwork.Parse(route.Destination))
        .Any(subnet => subnet.PrefixLength == address.PrefixLength && subnet.Contains(IPAddress.Parse(address.Address)));

    /// <summary>
    /// Whether a link met under any name in a sandbox is this one. The index of the other end is unique among the veths of the host, and
    /// among the links of a common parent the MAC is.
    /// </summary>
    /// <param name="hostId">The sandbox's number for the host namespace.</param>
    public bool IsOf(LinkInfo link, int? hostId) =>
        IsOfKind(link) && link.Mac == Mac && (!PeerIsInHost || (link.PeerNamespaceId is not null && link.PeerNamespaceId == hostId));

    /// <summary>Whether the link that the host namespace has under our name is this one. The container may have changed its MAC.</summary>
    public bool IsOfInHost(LinkInfo link) => IsOfKind(link) && (!PeerIsInHost || link.PeerNamespaceId is null);

    private bool IsOfKind(LinkInfo link) => link.Kind == Kind && link.PeerIndex == PeerIndex;
}
