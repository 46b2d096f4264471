using System.Net;
using System.Text.Json.Serialization;

namespace Bridge.Adapter.Sandboxes.Links;

/// <summary>What the plugins configured on a link and around it. Their result reports only a part of it.</summary>
internal sealed record LinkSnapshot(string IfName, string Mac, int Mtu, string Kind, int? PeerIndex = null)
{
    /// <summary>The peer or parent is in the host namespace, as with nearly all plugins; otherwise its place is unknown.</summary>
    public bool PeerIsInHost { get; init; }

    /// <summary>IFLA_IFALIAS. The host-device plugin stores the device's own name there and restores the name from it.</summary>
    public string? Alias { get; init; }

    /// <summary>The plugins left the link down; Docker brings every link up.</summary>
    public bool IsDown { get; init; }

    /// <summary>In the order in which they were added, without those that the kernel or a router made.</summary>
    public IReadOnlyList<LinkAddress> Addresses { get; init; } = [];

    /// <summary>The routes of all tables except local.</summary>
    public IReadOnlyList<LinkRoute> Routes { get; init; } = [];

    /// <summary>Without the rules of every namespace.</summary>
    public IReadOnlyList<RoutingRule> Rules { get; init; } = [];

    public IReadOnlyList<LinkNeighbour> Neighbours { get; init; } = [];

    /// <summary>The sysctls that differ from those of a new link.</summary>
    public IReadOnlyList<LinkSysctl> Sysctls { get; init; } = [];

    /// <summary>Whether the connected route of the address exists. Some plugins replace it by other routes.</summary>
    public bool HasConnectedRoute(LinkAddress address) => Routes.Any(route => route.IsKernel && route.ComesWith(address));

    /// <summary>Docker sets such an address, and so enables IPv6 on the link. It does not set link-local ones.</summary>
    [JsonIgnore]
    public bool HasGlobalIPv6 => Addresses.Any(address => address.IsIPv6 && !IPAddress.Parse(address.Address).IsIPv6LinkLocal);

    public LinkSnapshot WithoutIPv6() => this with
    {
        Addresses = [.. Addresses.Where(address => !address.IsIPv6)],
        Routes = [.. Routes.Where(route => !route.IsIPv6)],
        Neighbours = [.. Neighbours.Where(neighbour => !neighbour.Address.Contains(':'))],
    };

    /// <summary>The default routes of a family, the one that the kernel prefers first.</summary>
    public IReadOnlyList<LinkRoute> Defaults(bool isIPv6) =>
        [.. Routes.Where(route => route.IsMainDefault && route.IsIPv6 == isIPv6).OrderBy(route => route.Metric)];

    /// <summary>
    /// The default route that the answer to Join can express as a gateway; null when the kernel prefers one that it cannot express.
    /// </summary>
    public LinkRoute? GatewayRoute(bool isIPv6) => Defaults(isIPv6) is [{ IsOfGateway: true } first, ..] ? first : null;

    /// <summary>The link has a MAC, and not that of its parent, which all links of these kinds have.</summary>
    [JsonIgnore]
    public bool HasOwnMac => Mac.Length > 0 && Kind is not ("ipvlan" or "ipvtap" or "vlan");

    /// <summary>Only the addresses distinguish the link from others of a sandbox: it has its parent's MAC, or none.</summary>
    [JsonIgnore]
    public bool IsKnownByAddress => Addresses.Count > 0 && !HasOwnMac;

    /// <summary>
    /// Whether a link of a sandbox, under any name, is this one, or may be it (<see cref="IsKnownByAddress"/>). The peer's index is unique
    /// among the veths of the host, and the MAC among the links of one parent.
    /// </summary>
    /// <param name="hostId">The sandbox's number for the host namespace.</param>
    public bool IsOf(LinkInfo link, int? hostId) =>
        IsOfKind(link) && link.Mac == Mac && (!PeerIsInHost || (link.PeerNamespaceId is not null && link.PeerNamespaceId == hostId));

    /// <summary>Whether a link of the host namespace with cnm-cni's name is this one. The container may have changed its MAC.</summary>
    public bool IsOfInHost(LinkInfo link) => IsOfKind(link) && (!PeerIsInHost || link.PeerNamespaceId is null);

    /// <summary>
    /// Whether a link of the host namespace, under any name, is this physical device: the kernel moves it there when its namespace ends
    /// (network_namespaces(7)). As long as the alias still holds the device's own name, no plugin has restored that name.
    /// </summary>
    public bool IsReturnedDevice(LinkInfo link) =>
        Alias is { Length: > 0 } && link.Alias == Alias && link.Name != Alias && link.Mac == Mac && IsOfInHost(link);

    /// <summary>Whether a link may be this one, judged by what a container cannot change.</summary>
    public bool IsLike(LinkInfo link) => link.Index != LinkInfo.Loopback && IsOfKind(link);

    private bool IsOfKind(LinkInfo link) => link.Kind == Kind && link.PeerIndex == PeerIndex;
}

/// <summary>A permanent entry of a link's neighbour table.</summary>
internal sealed record LinkNeighbour(string Address, string Mac);

/// <summary>A sysctl of one link.</summary>
/// <param name="Key">Its path below /proc/sys/net, with <see cref="IfName"/> in the place of the link's name.</param>
/// <param name="Value">As the kernel shows it.</param>
internal sealed record LinkSysctl(string Key, string Value)
{
    public const string IfName = "IFNAME";

    public const string IPv6SwitchKey = $"ipv6/conf/{IfName}/disable_ipv6";

    /// <summary>Docker sets it: it disables IPv6 on a link for which it has no IPv6 address.</summary>
    public bool IsDockers => Key is IPv6SwitchKey;
}

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

/// <summary>A rule of the routing policy database (ip-rule(8)).</summary>
/// <param name="Priority">The kernel applies smaller numbers first.</param>
internal sealed record RoutingRule(bool IsIPv6, uint Priority)
{
    /// <summary>FR_ACT_… of linux/fib_rules.h; 1: look up the table.</summary>
    public int Action { get; init; }

    public int Table { get; init; }

    /// <summary>Source in CIDR notation.</summary>
    public string? From { get; init; }

    /// <summary>Destination in CIDR notation.</summary>
    public string? To { get; init; }

    public string? InputInterface { get; init; }

    public string? OutputInterface { get; init; }

    public bool Inverted { get; init; }

    public int TypeOfService { get; init; }

    /// <summary>Marks, ports, user ranges and other selectors.</summary>
    public IReadOnlyList<KernelAttribute> OtherAttributes { get; init; } = [];

    /// <summary>The same rule for a link of another name, or without the link's name.</summary>
    public RoutingRule For(string ifname, string? otherIfname) => this with
    {
        InputInterface = InputInterface == ifname ? otherIfname : InputInterface,
        OutputInterface = OutputInterface == ifname ? otherIfname : OutputInterface,
    };

    /// <summary>Whether the two conflict: the kernel keeps only one of them in a namespace.</summary>
    public bool IsSameAs(RoutingRule other) =>
        this with { OtherAttributes = other.OtherAttributes } == other && OtherAttributes.SequenceEqual(other.OtherAttributes);

    public override string ToString() => $"{Priority}: from {From ?? "all"}{(To is null ? "" : $" to {To}")} lookup {Table}";
}

/// <summary>A netlink attribute that cnm-cni copies without interpreting it.</summary>
/// <param name="Number">Its number in the kernel's header.</param>
/// <param name="Value">Its bytes in hexadecimal, in the host's byte order.</param>
internal sealed record KernelAttribute(int Number, string Value);
