using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Translation;

/// <summary>
/// Docker's view of an attachment: its answers to CreateEndpoint and Join. Taken from the snapshot of the kernel, not from the plugins'
/// result, because some plugins set routes that their result omits. What the answers cannot carry is set in the sandbox once the link has
/// arrived.
/// </summary>
internal static class EndpointAnswer
{
    // RouteType of moby daemon/libnetwork/types/types.go.
    private const int ByNextHop = 0;
    private const int OnLink = 1;
    private const string SharedMacKind = "ipvlan";

    /// <summary>
    /// A field that Docker filled in the request stays empty in the answer, even if the value is the same: Docker refuses the answer
    /// otherwise (moby daemon/libnetwork/drivers/remote/driver.go, "driver modified interface address").
    /// </summary>
    public static CreateEndpointResponse ToCreateEndpoint(AttachmentRecord record, EndpointInterface? requested) =>
        new(new EndpointInterface(
        string.IsNullOrEmpty(requested?.Address) ? Address(record, AddressFamily.InterNetwork) : null,
        string.IsNullOrEmpty(requested?.AddressIPv6) ? Address(record, AddressFamily.InterNetworkV6) : null,
        string.IsNullOrEmpty(requested?.MacAddress) ? Mac(record.Snapshot) : null));

    /// <summary>
    /// Reports a gateway if the chain made a default route. Without one, DisableGatewayService keeps Docker from adding docker_gwbridge.
    /// Before Docker 28 only an IPv4 gateway counts, also for publishing ports: an IPv6-only container that publishes needs
    /// docker_gwbridge.
    /// </summary>
    /// <param name="record">The attachment, with its snapshot.</param>
    /// <param name="publishes">The container has ports to publish.</param>
    public static JoinResponse ToJoin(AttachmentRecord record, bool publishes = false)
    {
        var (gateway, gatewayIPv6) = (record.Gateway(isIPv6: false), record.Gateway(isIPv6: true));
        return new JoinResponse(
            record.Attach == AttachMode.Sandbox
                ? null
                : new JoinInterfaceName(record.HostInterfaceName, InterfaceNames.SandboxPrefix, record.RequestedInterfaceName),
            gateway?.Gateway,
            gatewayIPv6?.Gateway,
            [.. StaticRoutes(record).Select(ToStaticRoute)],
            DisableGatewayService: gateway is null && (gatewayIPv6 is null || !publishes));
    }

    /// <summary>
    /// The routes that Docker sets besides the default route. Docker sets a default route only if another route reaches its next hop: an
    /// on-link next hop gets a route of its own.
    /// </summary>
    public static IEnumerable<LinkRoute> StaticRoutes(AttachmentRecord record)
    {
        if (record.Attach == AttachMode.Sandbox)
            return [];

        var carried = record.Snapshot!.Routes.Where(route => route.DockerCarries).ToArray();
        var ways = SandboxDefaults.Families.Select(record.Gateway).OfType<LinkRoute>()
            .Select(gateway => SandboxDefaults.WayTo(gateway, [.. carried, .. ConnectedInDocker(record)])).OfType<LinkRoute>();
        return carried.Where(route => !ComesWithAddress(route, record)).Concat(ways);
    }

    /// <summary>The kernel gives every IPv6 link such an address; no plugin chose it.</summary>
    public static bool IsLinkLocal(LinkAddress address) => IPAddress.Parse(address.Address).IsIPv6LinkLocal;

    /// <summary>In CIDR notation, as Docker knows it; null if the attachment has no address of the family.</summary>
    public static string? Address(AttachmentRecord record, AddressFamily family) =>
        record.Snapshot is { } snapshot ? Address(snapshot, family) : Reserved(record, family);

    // The routes that come with the addresses that Docker sets: one address of each family, and no peer. Other addresses are set after the
    // default route.
    private static IEnumerable<LinkRoute> ConnectedInDocker(AttachmentRecord record) =>
        new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }
            .Select(family => record.Addresses.FirstOrDefault(address => Cidr.Parse(address).Family == family)
                ?? Reserved(record, family) ?? Address(record.Snapshot!, family))
            .OfType<string>().Select(address => new LinkRoute($"{Cidr.Parse(address).Subnet}"));

    // The kernel itself makes this route for an IPv4 address that Docker sets with its prefix; on arrival the plugins' route replaces it.
    private static bool ComesWithAddress(LinkRoute route, AttachmentRecord record) => !route.IsIPv6
        && IPNetwork.TryParse(route.Destination, out var destination)
        && record.Addresses.Select(Cidr.Parse)
            .Any(address => destination.PrefixLength == address.PrefixLength && destination.Contains(address.Address));

    // Links that share their parent's MAC have none of their own; Docker would try to set it.
    private static string? Mac(LinkSnapshot? snapshot) => snapshot is null or { Kind: SharedMacKind } ? null : snapshot.Mac;

    private static string? Reserved(AttachmentRecord record, AddressFamily family) =>
        record.Reserved.FirstOrDefault(address => Cidr.Parse(address).Family == family);

    // The first address that is not link-local, with its prefix if a connected route leads to its neighbours; otherwise, or with a peer,
    // with the prefix of the whole address.
    private static string? Address(LinkSnapshot snapshot, AddressFamily family)
    {
        var address = snapshot.Addresses.FirstOrDefault(candidate =>
            !IsLinkLocal(candidate) && IPAddress.Parse(candidate.Address).AddressFamily == family);
        if (address is null)
            return null;

        var whole = family == AddressFamily.InterNetwork ? 32 : 128;
        var length = snapshot.HasConnectedRoute(address) && address.Peer is null ? address.PrefixLength : whole;
        return string.Create(CultureInfo.InvariantCulture, $"{address.Address}/{length}");
    }

    private static JoinStaticRoute ToStaticRoute(LinkRoute route) =>
        route.Gateway is { } nextHop
            ? new JoinStaticRoute(route.Destination, ByNextHop, nextHop)
            : new JoinStaticRoute(route.Destination, OnLink, "");
}
