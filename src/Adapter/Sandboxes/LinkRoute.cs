using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;
using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Sandboxes;

/// <summary>A route over a link, or one that needs no link (blackhole and its like).</summary>
/// <param name="Destination">In CIDR notation; a default route is 0.0.0.0/0 or ::/0.</param>
internal sealed record LinkRoute(string Destination)
{
    // The kernel gives an IPv6 route this metric when nobody chooses one.
    private const uint DefaultIPv6Metric = 1024;

    public string? Gateway { get; init; }

    public int Table { get; init; } = Rtnetlink.RT_TABLE_MAIN;

    public RouteType Type { get; init; } = RouteType.Unicast;

    public RouteScope Scope { get; init; }

    /// <summary>Who made it, in the kernel's numbers (RTPROT_…): 2 the kernel itself, 3 and 4 an administrator or a plugin.</summary>
    public int Protocol { get; init; }

    public uint Metric { get; init; }

    public int TypeOfService { get; init; }

    /// <summary>The address that packets start from when nobody chose one.</summary>
    public string? Source { get; init; }

    public int? Mtu { get; init; }

    /// <summary>The gateway need not be reachable by another route.</summary>
    public bool OnLink { get; init; }

    /// <summary>Metrics other than the MTU (RTAX_…).</summary>
    public IReadOnlyList<KernelAttribute> OtherMetrics { get; init; } = [];

    public IReadOnlyList<KernelAttribute> OtherAttributes { get; init; } = [];

    /// <summary>The kernel's object that its next hop is kept in, by which alone such a route can be removed. Set again it has the hop itself.</summary>
    [JsonIgnore]
    public uint? NextHopId { get; init; }

    /// <summary>Something about the route that cannot be taken along, said in words.</summary>
    [JsonIgnore]
    public string? Obstacle { get; init; }

    [JsonIgnore]
    public AddressFamily Family => IsIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    [JsonIgnore]
    public bool IsIPv6 => Destination.Contains(':');

    [JsonIgnore]
    public bool IsDefault => Destination is "0.0.0.0/0" or "::/0";

    /// <summary>A container has those of one of its networks; which one is Docker's choice.</summary>
    [JsonIgnore]
    public bool IsMainDefault => IsDefault && HasLink && Table == Rtnetlink.RT_TABLE_MAIN;

    /// <summary>What Docker can be told as a gateway, and sets itself where it chooses this one: a next hop, and nothing else.</summary>
    [JsonIgnore]
    public bool IsOfGateway =>
        IsMainDefault && this is { Type: RouteType.Unicast, TypeOfService: 0, Gateway: not null } && Gateway.Contains(':') == IsIPv6;

    /// <summary>A default route in this place keeps Docker from setting another network's.</summary>
    [JsonIgnore]
    public bool HasDockersMetric => Metric == KernelsMetric;

    /// <summary>It comes and goes with an address.</summary>
    [JsonIgnore]
    public bool IsKernel => Protocol == Rtnetlink.RTPROT_KERNEL;

    /// <summary>It leads to the neighbours of an address, and came with that.</summary>
    [JsonIgnore]
    public bool IsConnected => this is { IsKernel: true, IsLinkLocal: false, Type: RouteType.Unicast, Table: Rtnetlink.RT_TABLE_MAIN, Gateway: null };

    /// <summary>Every link that speaks IPv6 has it.</summary>
    [JsonIgnore]
    public bool IsLinkLocal => Destination is "fe80::/64";

    /// <summary>Whether it leads over a link at all.</summary>
    [JsonIgnore]
    public bool HasLink => Type is not (RouteType.Blackhole or RouteType.Unreachable or RouteType.Prohibit or RouteType.Throw);

    /// <summary>
    /// Docker can be told of the route in Join, so the sandbox has it from Docker. What Docker drops of it (source, MTU) is set right when
    /// the link has arrived. Default routes are not among these: Docker chooses between the gateways of a container's endpoints.
    /// </summary>
    [JsonIgnore]
    public bool DockerCarries =>
        this is { Table: Rtnetlink.RT_TABLE_MAIN, Type: RouteType.Unicast, TypeOfService: 0, OnLink: false }
        && this is { IsKernel: false, IsDefault: false }
        && HasDockersMetric
        && (Gateway is null || Gateway.Contains(':') == IsIPv6);

    private uint KernelsMetric => IsIPv6 ? DefaultIPv6Metric : 0;

    /// <summary>The kernel has room for one of the two in a namespace.</summary>
    public bool HasPlaceOf(LinkRoute other) =>
        (Destination, Table, Metric, TypeOfService) == (other.Destination, other.Table, other.Metric, other.TypeOfService);

    /// <summary>
    /// Without those that have several next hops over one link, which stay where plugins made them. IPv6 routes of one rank over several links
    /// are routes of their own.
    /// </summary>
    /// <param name="routes">All of one link.</param>
    public static IEnumerable<LinkRoute> WithOneHop(IReadOnlyList<LinkRoute> routes) =>
        routes.Where(route => route.Obstacle is null || (route.IsIPv6 && routes.Count(route.HasPlaceOf) == 1));

    /// <summary>A route to one address on the link itself, as an administrator makes it.</summary>
    public static LinkRoute To(IPAddress neighbour) => neighbour.AddressFamily == AddressFamily.InterNetworkV6
        ? new LinkRoute($"{neighbour}/128") { Protocol = Rtnetlink.RTPROT_BOOT, Metric = DefaultIPv6Metric }
        : new LinkRoute($"{neighbour}/32") { Protocol = Rtnetlink.RTPROT_BOOT, Scope = RouteScope.Link };

    /// <summary>Packets for the address go straight over the link.</summary>
    public bool Reaches(IPAddress address) =>
        this is { HasLink: true, IsDefault: false, Gateway: null, Table: Rtnetlink.RT_TABLE_MAIN } && IPNetwork.Parse(Destination).Contains(address);

    /// <summary>The kernel makes such a route for the address.</summary>
    public bool ComesWith(LinkAddress address) =>
        IPNetwork.Parse(Destination) is var subnet && subnet.PrefixLength == address.PrefixLength && subnet.Contains(IPAddress.Parse(address.Neighbour));

    public override string ToString() =>
        $"{Destination}{(Gateway is null ? "" : $" via {Gateway}")} table {Table}{(Metric == 0 ? "" : $" metric {Metric}")}";
}
