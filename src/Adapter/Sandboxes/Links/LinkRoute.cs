using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;
using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Sandboxes.Links;

/// <summary>A route over a link, or one without a link (blackhole and the like).</summary>
/// <param name="Destination">In CIDR notation; a default route is 0.0.0.0/0 or ::/0.</param>
internal sealed record LinkRoute(string Destination)
{
    // IP6_RT_PRIO_USER of linux/ipv6_route.h: the kernel's metric for an IPv6 route without one.
    private const uint DefaultIPv6Metric = 1024;

    public string? Gateway { get; init; }

    public int Table { get; init; } = Rtnetlink.RT_TABLE_MAIN;

    public RouteType Type { get; init; } = RouteType.Unicast;

    public RouteScope Scope { get; init; }

    /// <summary>RTPROT_… of linux/rtnetlink.h: 2 the kernel, 3 and 4 an administrator or a plugin.</summary>
    public int Protocol { get; init; }

    public uint Metric { get; init; }

    public int TypeOfService { get; init; }

    /// <summary>The preferred source address.</summary>
    public string? Source { get; init; }

    public int? Mtu { get; init; }

    /// <summary>RTNH_F_ONLINK: the kernel does not check that another route leads to the gateway.</summary>
    public bool OnLink { get; init; }

    /// <summary>Metrics other than the MTU (RTAX_…).</summary>
    public IReadOnlyList<KernelAttribute> OtherMetrics { get; init; } = [];

    public IReadOnlyList<KernelAttribute> OtherAttributes { get; init; } = [];

    /// <summary>
    /// The nexthop object of the route (ip-nexthop(8)); the kernel removes such a route only by its number. A route that is set again has
    /// the next hop itself.
    /// </summary>
    [JsonIgnore]
    public uint? NextHopId { get; init; }

    /// <summary>Why the route cannot be moved: a predicate such as "has several next hops".</summary>
    [JsonIgnore]
    public string? Obstacle { get; init; }

    [JsonIgnore]
    public AddressFamily Family => IsIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    [JsonIgnore]
    public bool IsIPv6 => Destination.Contains(':');

    [JsonIgnore]
    public bool IsDefault => Destination is "0.0.0.0/0" or "::/0";

    /// <summary>A default route of the main table. A container has those of one network, which Docker chooses.</summary>
    [JsonIgnore]
    public bool IsMainDefault => IsDefault && HasLink && Table == Rtnetlink.RT_TABLE_MAIN;

    /// <summary>
    /// A default route that Docker can set from a gateway address in the answer to Join: it has a next hop of its family and no type of
    /// service.
    /// </summary>
    [JsonIgnore]
    public bool IsOfGateway =>
        IsMainDefault && this is { Type: RouteType.Unicast, TypeOfService: 0, Gateway: not null } && Gateway.Contains(':') == IsIPv6;

    /// <summary>A default route with this metric keeps Docker from setting that of another network.</summary>
    [JsonIgnore]
    public bool HasDockersMetric => Metric == (IsIPv6 ? DefaultIPv6Metric : 0);

    /// <summary>The kernel added it with an address, and removes it with the address.</summary>
    [JsonIgnore]
    public bool IsKernel => Protocol == Rtnetlink.RTPROT_KERNEL;

    /// <summary>The kernel's route to the subnet of an address.</summary>
    [JsonIgnore]
    public bool IsConnected =>
        this is { IsKernel: true, IsLinkLocal: false, Type: RouteType.Unicast, Table: Rtnetlink.RT_TABLE_MAIN, Gateway: null };

    /// <summary>Every link with IPv6 has this route.</summary>
    [JsonIgnore]
    public bool IsLinkLocal => Destination is "fe80::/64";

    [JsonIgnore]
    public bool HasLink => Type is not (RouteType.Blackhole or RouteType.Unreachable or RouteType.Prohibit or RouteType.Throw);

    /// <summary>
    /// Docker sets the route from the answer to Join, without its source and MTU, which cnm-cni adds afterwards. Default routes are not
    /// included: Docker chooses between the gateways of a container's endpoints.
    /// </summary>
    [JsonIgnore]
    public bool DockerCarries =>
        this is { Table: Rtnetlink.RT_TABLE_MAIN, Type: RouteType.Unicast, TypeOfService: 0, OnLink: false }
        && this is { IsKernel: false, IsDefault: false }
        && HasDockersMetric
        && (Gateway is null || Gateway.Contains(':') == IsIPv6);

    /// <summary>The kernel keeps only one of two conflicting routes in a namespace.</summary>
    public bool ConflictsWith(LinkRoute other) =>
        (Destination, Table, Metric, TypeOfService) == (other.Destination, other.Table, other.Metric, other.TypeOfService);

    /// <summary>
    /// Leaves out routes with several next hops over one link, which stay as plugins made them. IPv6 routes of equal metric over several
    /// links are separate routes.
    /// </summary>
    /// <param name="routes">All routes of one link.</param>
    public static IEnumerable<LinkRoute> WithOneHop(IReadOnlyList<LinkRoute> routes) =>
        routes.Where(route => route.Obstacle is null || (route.IsIPv6 && routes.Count(route.ConflictsWith) == 1));

    /// <summary>A route to one address on the link itself, as an administrator adds it.</summary>
    public static LinkRoute To(IPAddress neighbour) => neighbour.AddressFamily == AddressFamily.InterNetworkV6
        ? new LinkRoute($"{neighbour}/128") { Protocol = Rtnetlink.RTPROT_BOOT, Metric = DefaultIPv6Metric }
        : new LinkRoute($"{neighbour}/32") { Protocol = Rtnetlink.RTPROT_BOOT, Scope = RouteScope.Link };

    /// <summary>Whether it leads to the address directly over the link.</summary>
    public bool Reaches(IPAddress address) =>
        this is { HasLink: true, IsDefault: false, Gateway: null, Table: Rtnetlink.RT_TABLE_MAIN }
        && IPNetwork.Parse(Destination).Contains(address);

    /// <summary>Whether the kernel adds this route with the address.</summary>
    public bool ComesWith(LinkAddress address) => IPNetwork.Parse(Destination) is var subnet
        && subnet.PrefixLength == address.PrefixLength && subnet.Contains(IPAddress.Parse(address.Neighbour));

    public override string ToString() =>
        $"{Destination}{(Gateway is null ? "" : $" via {Gateway}")} table {Table}{(Metric == 0 ? "" : $" metric {Metric}")}";
}

/// <summary>RT_SCOPE_… of linux/rtnetlink.h. An administrator may define others.</summary>
internal enum RouteScope
{
    Universe = 0,
    Site = 200,
    Link = 253,
    Host = 254,
    Nowhere = 255,
}

/// <summary>RTN_… of linux/rtnetlink.h.</summary>
internal enum RouteType
{
    Unspecified = 0,
    Unicast = 1,
    Local = 2,
    Broadcast = 3,
    Anycast = 4,
    Multicast = 5,
    Blackhole = 6,
    Unreachable = 7,
    Prohibit = 8,
    Throw = 9,
}
