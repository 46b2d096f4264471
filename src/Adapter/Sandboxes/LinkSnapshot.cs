namespace Bridge.Adapter.Sandboxes;

/// <summary>What the plugins really left on a link and around it; their result does not tell all of it.</summary>
internal sealed record LinkSnapshot(string IfName, string Mac, int Mtu, string Kind, int? PeerIndex)
{
    /// <summary>In the order in which they were added, without what the kernel or a router gave.</summary>
    public IReadOnlyList<LinkAddress> Addresses { get; init; } = [];

    /// <summary>Of all tables but the kernel's own (local).</summary>
    public IReadOnlyList<LinkRoute> Routes { get; init; } = [];

    /// <summary>All but those that every namespace has.</summary>
    public IReadOnlyList<RoutingRule> Rules { get; init; } = [];

    /// <summary>The permanent ones.</summary>
    public IReadOnlyList<LinkNeighbour> Neighbours { get; init; } = [];

    /// <summary>
    /// Whether a link met under any name is this one. The index of the other end is unique among veths of one host, and among the links of a common parent the MAC is.
    /// </summary>
    public bool IsOf(LinkInfo link) => IsLike(link) && link.Mac == Mac;

    /// <summary>As <see cref="IsOf"/> where the name is ours already: the container may have changed the MAC.</summary>
    public bool IsLike(LinkInfo link) => link.Kind == Kind && link.PeerIndex == PeerIndex;
}
