namespace Bridge.Adapter.Sandboxes;

/// <summary>A link as the kernel describes it.</summary>
/// <param name="Mac">Lower-case with colons; empty for a link without one.</param>
/// <param name="Kind">Its driver's name in rtnetlink; empty for a physical one.</param>
/// <param name="PeerIndex">The other end of a veth, the parent of a macvlan: an index in that link's own namespace.</param>
internal sealed record LinkInfo(int Index, string Name, string Mac, int Mtu, string Kind, int? PeerIndex, bool IsUp)
{
    /// <summary>The namespace of the other end, in the numbering of the link's own; null when it is the same one.</summary>
    public int? PeerNamespaceId { get; init; }

    public string? Alias { get; init; }

    /// <summary>Its MAC is its parent's, and cannot be set.</summary>
    public bool SharesMac => Kind is "ipvlan" or "ipvtap";

    /// <summary>Further names by which the kernel finds the link.</summary>
    public IReadOnlyList<string> OtherNames { get; init; } = [];
}
