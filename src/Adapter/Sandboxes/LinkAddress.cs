namespace Bridge.Adapter.Sandboxes;

/// <summary>An address of a link.</summary>
internal sealed record LinkAddress(string Address, int PrefixLength)
{
    public RouteScope Scope { get; init; }

    public AddressFlags Flags { get; init; }

    /// <summary>The other end, on a point-to-point link.</summary>
    public string? Peer { get; init; }

    public string? Broadcast { get; init; }

    /// <summary>The label, when it is not the link's name.</summary>
    public string? Label { get; init; }
}
