using System.Text.Json.Serialization;

namespace Bridge.Adapter.Sandboxes.Links;

/// <summary>An address of a link.</summary>
internal sealed record LinkAddress(string Address, int PrefixLength)
{
    [JsonIgnore]
    public bool IsIPv6 => Address.Contains(':');

    /// <summary>Whether the two conflict: the kernel keeps only one of them on a link.</summary>
    public bool IsSameAs(LinkAddress other) => (Address, PrefixLength, Peer) == (other.Address, other.PrefixLength, other.Peer);

    public RouteScope Scope { get; init; }

    public AddressFlags Flags { get; init; }

    /// <summary>The other end of a point-to-point link.</summary>
    public string? Peer { get; init; }

    /// <summary>An address within the subnet whose connected route the kernel adds with this address.</summary>
    [JsonIgnore]
    public string Neighbour => Peer ?? Address;

    /// <summary>The metric of the connected route; 0: the kernel's default.</summary>
    public uint Metric { get; init; }

    public string? Broadcast { get; init; }

    /// <summary>IFA_LABEL, if it is not the link's name.</summary>
    public string? Label { get; init; }
}

/// <summary>The flags of an address that are chosen (IFA_F_…); those by which the kernel reports a state are not included.</summary>
[Flags]
internal enum AddressFlags
{
    None = 0,
    NoDad = 0x02,
    HomeAddress = 0x10,

    /// <summary>Added with preferred lifetime 0: no source address unless a socket binds it.</summary>
    Deprecated = 0x20,
    ManageTemporary = 0x100,
    NoPrefixRoute = 0x200,
    MulticastAutoJoin = 0x400,
}
