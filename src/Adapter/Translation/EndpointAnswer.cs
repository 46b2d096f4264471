using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Translation;

/// <summary>
/// An attachment in Docker's words. Read from the snapshot of the kernel, not from the plugins' result: some plugins set routes which
/// their result does not mention.
/// What does not fit into these answers is replayed in the sandbox when the link has arrived.
/// </summary>
internal static class EndpointAnswer
{
    private const int ByNextHop = 0;
    private const int OnLink = 1;
    private const string SharedMacKind = "ipvlan";

    /// <summary>Only what Docker did not fill itself may be answered, even when it is the same.</summary>
    public static CreateEndpointResponse ToCreateEndpoint(AttachmentRecord record, EndpointInterface? requested)
    {
        return new CreateEndpointResponse(new EndpointInterface(
            string.IsNullOrEmpty(requested?.Address) ? Address(record, AddressFamily.InterNetwork) : null,
            string.IsNullOrEmpty(requested?.AddressIPv6) ? Address(record, AddressFamily.InterNetworkV6) : null,
            string.IsNullOrEmpty(requested?.MacAddress) ? Mac(record.Snapshot) : null));
    }

    /// <summary>
    /// A gateway whenever the chain made a default route; without one Docker is kept from adding an interface of its own for it. Before
    /// Docker 28 only one of IPv4 counts, for the publishing of ports too: what is published of a container with IPv6 alone needs that
    /// interface.
    /// </summary>
    /// <param name="record">The attachment.</param>
    /// <param name="publishes">The container has ports to publish.</param>
    public static JoinResponse ToJoin(AttachmentRecord record, bool publishes = false)
    {
        var snapshot = record.Snapshot!;
        var (gateway, gatewayIPv6) = (Gateway(record, isIPv6: false), Gateway(record, isIPv6: true));
        var isThereAlready = record.Attach == AttachMode.Sandbox;
        return new JoinResponse(
            isThereAlready ? null : new JoinInterfaceName(record.HostInterfaceName, InterfaceNames.SandboxPrefix),
            gateway?.Gateway,
            gatewayIPv6?.Gateway,
            [.. StaticRoutes(record).Select(ToStaticRoute)],
            DisableGatewayService: gateway is null && (gatewayIPv6 is null || !publishes));
    }

    /// <summary>
    /// The routes that Docker sets beside the default route. It does that only where it sees the way to the next hop: one that the plugins
    /// marked as on-link has none, and gets it.
    /// </summary>
    public static IEnumerable<LinkRoute> StaticRoutes(AttachmentRecord record)
    {
        if (record.Attach == AttachMode.Sandbox)
            return [];

        var carried = record.Snapshot!.Routes.Where(route => route.DockerCarries).ToArray();
        var ways = SandboxDefaults.Families.Select(isIPv6 => Gateway(record, isIPv6)).OfType<LinkRoute>()
            .Select(gateway => SandboxDefaults.WayTo(gateway, [.. carried, .. ConnectedInDocker(record)])).OfType<LinkRoute>();
        return carried.Where(route => !ComesWithAddress(route, record)).Concat(ways);
    }

    /// <summary>
    /// With what is said of default routes: those that Docker is not told of, or does not set, are set by us. Before Docker 28, which makes
    /// the sandbox too late to be there at Join, it sets none of IPv6 alone.
    /// </summary>
    /// <param name="record">The attachment, with its snapshot.</param>
    /// <param name="sandboxIsThere">Before Docker moves the link.</param>
    public static AttachmentRecord WithChosenGateways(AttachmentRecord record, bool sandboxIsThere = true)
    {
        var (gateway, gatewayIPv6, snapshot) = (Gateway(record, isIPv6: false), Gateway(record, isIPv6: true), record.Snapshot!);
        bool IsOurs(bool isIPv6, LinkRoute? told) => !record.Internal && told is null && snapshot.Defaults(isIPv6).Count > 0;
        return record with
        {
            Snapshot = snapshot with
            {
                ChoosesIPv4Gateway = IsOurs(isIPv6: false, gateway),
                ChoosesIPv6Gateway = IsOurs(isIPv6: true, gatewayIPv6) || (gateway is null && gatewayIPv6 is not null && !sandboxIsThere),
            },
        };
    }

    /// <summary>The kernel gives every link one of these by itself; it is nobody's choice.</summary>
    public static bool IsLinkLocal(LinkAddress address) => IPAddress.Parse(address.Address).IsIPv6LinkLocal;

    // What comes with the addresses that Docker sets: one of each family, and of none the other end. The others are not there when it sets the default route.
    private static IEnumerable<LinkRoute> ConnectedInDocker(AttachmentRecord record) =>
        new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }
            .Select(family => record.Addresses.FirstOrDefault(address => FamilyOf(address) == family) ?? Reserved(record, family) ?? Address(record.Snapshot!, family))
            .OfType<string>().Select(CniSubnet.ReadSubnet).OfType<IPNetwork>().Select(subnet => new LinkRoute($"{subnet}"));

    // For an IPv4 address that Docker has with its prefix the kernel makes a route itself, in the place of this one, which takes its place
    // again at arrival.
    private static bool ComesWithAddress(LinkRoute route, AttachmentRecord record) =>
        !route.IsIPv6 && record.Addresses.Any(address => IPNetwork.TryParse(route.Destination, out var destination)
            && destination.PrefixLength == int.Parse(address.Split('/')[1], CultureInfo.InvariantCulture)
            && destination.Contains(IPAddress.Parse(address.Split('/')[0])));

    // Links that share their parent's have none of their own; Docker would set it.
    private static string? Mac(LinkSnapshot? snapshot) => snapshot is null or { Kind: SharedMacKind } ? null : snapshot.Mac;

    /// <summary>In CIDR notation, as Docker has it; null when it has none of the family.</summary>
    public static string? Address(AttachmentRecord record, AddressFamily family) => record.Snapshot is { } snapshot
        ? Address(snapshot, family)
        : Reserved(record, family);

    private static string? Reserved(AttachmentRecord record, AddressFamily family) => record.Reserved.FirstOrDefault(address => FamilyOf(address) == family);

    private static AddressFamily FamilyOf(string cidr) => IPAddress.Parse(cidr.Split('/')[0]).AddressFamily;

    /// <summary>
    /// The first address that is not link-local, with the prefix under which the kernel reaches its neighbours: a whole-address prefix
    /// when there is no connected route, or one to the other end.
    /// </summary>
    private static string? Address(LinkSnapshot snapshot, AddressFamily family)
    {
        var address = snapshot.Addresses.FirstOrDefault(candidate =>
            !IsLinkLocal(candidate) && IPAddress.Parse(candidate.Address).AddressFamily == family);
        if (address is null)
            return null;

        var whole = family == AddressFamily.InterNetwork ? 32 : 128;
        return $"{address.Address}/{(snapshot.HasConnectedRoute(address) && address.Peer is null ? address.PrefixLength : whole)}";
    }

    // Docker discards a gateway of IPv6 where it knows no address of that family; and has to be told of the others, or it would add an
    // interface of its own.
    private static LinkRoute? Gateway(AttachmentRecord record, bool isIPv6) =>
        record.Internal || (isIPv6 && !DockerKnowsIPv6(record)) ? null : record.Snapshot!.GatewayRoute(isIPv6);

    private static bool DockerKnowsIPv6(AttachmentRecord record) =>
        record.Attach != AttachMode.Sandbox || record.Addresses.Concat(record.Reserved).Any(address => address.Contains(':'));

    private static JoinStaticRoute ToStaticRoute(LinkRoute route) =>
        route.Gateway is { } nextHop ? new JoinStaticRoute(route.Destination, ByNextHop, nextHop) : new JoinStaticRoute(route.Destination, OnLink, "");
}
