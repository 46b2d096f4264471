using System.Net;
using System.Text.Json.Serialization;

namespace Bridge.Adapter.Sandboxes;

/// <summary>What the plugins really left on a link and around it; their result does not tell all of it.</summary>
internal sealed record LinkSnapshot(string IfName, string Mac, int Mtu, string Kind, int? PeerIndex = null)
{
    private const int Loopback = 1;

    /// <summary>The other end, or the parent, is in the host namespace, as of nearly all plugins; else it is somewhere unknown.</summary>
    public bool PeerIsInHost { get; init; }

    /// <summary>What somebody wrote on the link. The host-device plugin keeps a device's own name there, and gives it back from there.</summary>
    public string? Alias { get; init; }

    /// <summary>The plugins left the link down; Docker brings every link up.</summary>
    public bool IsDown { get; init; }

    /// <summary>In the order in which they were added, without what the kernel or a router gave.</summary>
    public IReadOnlyList<LinkAddress> Addresses { get; init; } = [];

    /// <summary>Of all tables but the kernel's own (local).</summary>
    public IReadOnlyList<LinkRoute> Routes { get; init; } = [];

    /// <summary>All but those that every namespace has.</summary>
    public IReadOnlyList<RoutingRule> Rules { get; init; } = [];

    /// <summary>The permanent ones.</summary>
    public IReadOnlyList<LinkNeighbour> Neighbours { get; init; } = [];

    /// <summary>Those that the link did not start with.</summary>
    public IReadOnlyList<LinkSysctl> Sysctls { get; init; } = [];

    /// <summary>Whether the address came with a route to its neighbours. Some plugins take that away and put others in its place.</summary>
    public bool HasConnectedRoute(LinkAddress address) => Routes.Any(route => route.IsKernel && route.ComesWith(address));

    /// <summary>Docker is told such an address, and so switches IPv6 on for the link; it is not told link-local ones.</summary>
    [JsonIgnore]
    public bool HasGlobalIPv6 => Addresses.Any(address => address.IsIPv6 && !IPAddress.Parse(address.Address).IsIPv6LinkLocal);

    /// <summary>For a link that may have none.</summary>
    public LinkSnapshot WithoutIPv6() => this with
    {
        Addresses = [.. Addresses.Where(address => !address.IsIPv6)],
        Routes = [.. Routes.Where(route => !route.IsIPv6)],
        Neighbours = [.. Neighbours.Where(neighbour => !neighbour.Address.Contains(':'))],
    };

    /// <summary>The default routes of a family, as the kernel prefers them.</summary>
    public IReadOnlyList<LinkRoute> Defaults(bool isIPv6) =>
        [.. Routes.Where(route => route.IsMainDefault && route.IsIPv6 == isIPv6).OrderBy(route => route.Metric)];

    /// <summary>The default route that Docker can be told of as a gateway; null when the kernel prefers one that it cannot be told of.</summary>
    public LinkRoute? GatewayRoute(bool isIPv6) => Defaults(isIPv6) is [{ IsOfGateway: true } first, ..] ? first : null;

    /// <summary>Several links of a sandbox can be alike in all but their addresses: those that have their parent's MAC, or none at all.</summary>
    [JsonIgnore]
    public bool IsKnownByAddress => Addresses.Count > 0 && (Mac.Length == 0 || Kind is "ipvlan" or "ipvtap" or "vlan");

    /// <summary>
    /// Whether a link met under any name in a sandbox is this one, or at least like it (<see cref="IsKnownByAddress"/>). The index of the
    /// other end is unique among the veths of the host, and among the links of a common parent the MAC is.
    /// </summary>
    /// <param name="hostId">The sandbox's number for the host namespace.</param>
    public bool IsOf(LinkInfo link, int? hostId) =>
        IsOfKind(link) && link.Mac == Mac && (!PeerIsInHost || (link.PeerNamespaceId is not null && link.PeerNamespaceId == hostId));

    /// <summary>Whether the link that the host namespace has under our name is this one. The container may have changed its MAC.</summary>
    public bool IsOfInHost(LinkInfo link) => IsOfKind(link) && (!PeerIsInHost || link.PeerNamespaceId is null);

    /// <summary>
    /// Whether a link that the host namespace has under whatever name is this one. A device of the host's falls back there when its namespace
    /// ends, and still bears the name that it is to get back; one that has it back is nobody's.
    /// </summary>
    public bool IsOfFallen(LinkInfo link) =>
        Alias is { Length: > 0 } && link.Alias == Alias && link.Name != Alias && link.Mac == Mac && IsOfInHost(link);

    /// <summary>Whether a link can be this one, by what nobody in a container can change.</summary>
    public bool IsLike(LinkInfo link) => link.Index != Loopback && IsOfKind(link);

    private bool IsOfKind(LinkInfo link) => link.Kind == Kind && link.PeerIndex == PeerIndex;
}
