using System.Text.Json.Serialization;

namespace Bridge.Adapter.Sandboxes;

/// <summary>An address of a link.</summary>
internal sealed record LinkAddress(string Address, int PrefixLength)
{
    [JsonIgnore]
    public bool IsIPv6 => Address.Contains(':');

    /// <summary>The kernel has room for one of the two on a link.</summary>
    public bool IsSameAs(LinkAddress other) => (Address, PrefixLength, Peer) == (other.Address, other.PrefixLength, other.Peer);

    public RouteScope Scope { get; init; }

    public AddressFlags Flags { get; init; }

    /// <summary>The other end, on a point-to-point link.</summary>
    public string? Peer { get; init; }

    /// <summary>Whose route comes with it: that to the other end, or to its own neighbours.</summary>
    [JsonIgnore]
    public string Neighbour => Peer ?? Address;

    /// <summary>That of the route which the kernel makes for it; 0: the kernel's choice.</summary>
    public uint Metric { get; init; }

    public string? Broadcast { get; init; }

    /// <summary>The label, when it is not the link's name.</summary>
    public string? Label { get; init; }
}
