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

    /// <summary>Only the addresses distinguish the link from others of a sandbox: it has its parent's MAC, or none.</summary>
    [JsonIgnore]
    public bool IsKnownByAddress => Addresses.Count > 0 && (Mac.Length == 0 || Kind is "ipvlan" or "ipvtap" or "vlan");

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
