using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Translation;

/// <summary>
/// An attachment in Docker's words. Read from the snapshot of the kernel, not from the plugins' result: some plugins set routes which their result does not mention.
/// What does not fit into these answers is replayed in the sandbox when the link has arrived.
/// </summary>
internal static class EndpointAnswer
{
    private const int MainTable = 254;
    private const int ByNextHop = 0;
    private const int OnLink = 1;

    /// <summary>Only what Docker did not fill itself may be answered, even when it is the same.</summary>
    public static CreateEndpointResponse ToCreateEndpoint(AttachmentRecord record, EndpointInterface? requested)
    {
        var snapshot = record.Snapshot!;
        return new CreateEndpointResponse(new EndpointInterface(
            string.IsNullOrEmpty(requested?.Address) ? Address(snapshot, AddressFamily.InterNetwork) : null,
            string.IsNullOrEmpty(requested?.AddressIPv6) ? Address(snapshot, AddressFamily.InterNetworkV6) : null,
            string.IsNullOrEmpty(requested?.MacAddress) ? snapshot.Mac : null));
    }

    /// <summary>A gateway whenever the chain made a default route; without one Docker is kept from adding an interface of its own for it.</summary>
    public static JoinResponse ToJoin(AttachmentRecord record)
    {
        var snapshot = record.Snapshot!;
        var gateway = Gateway(snapshot, AddressFamily.InterNetwork);
        var gatewayIPv6 = Gateway(snapshot, AddressFamily.InterNetworkV6);
        return new JoinResponse(
            new JoinInterfaceName(record.HostInterfaceName, InterfaceNames.SandboxPrefix),
            gateway,
            gatewayIPv6,
            [.. snapshot.Routes.Where(route => route.DockerCarries).Select(ToStaticRoute)],
            DisableGatewayService: gateway is null && gatewayIPv6 is null);
    }

    /// <summary>The kernel gives every link one of these by itself; it is nobody's choice.</summary>
    public static bool IsLinkLocal(LinkAddress address) => IPAddress.Parse(address.Address).IsIPv6LinkLocal;

    /// <summary>The first address that is not link-local, with the prefix under which the kernel reaches its neighbours: a whole-address prefix when there is no connected route.</summary>
    private static string? Address(LinkSnapshot snapshot, AddressFamily family)
    {
        var address = snapshot.Addresses.FirstOrDefault(candidate =>
            !IsLinkLocal(candidate) && IPAddress.Parse(candidate.Address).AddressFamily == family);
        if (address is null)
        {
            return null;
        }

        var whole = family == AddressFamily.InterNetwork ? 32 : 128;
        return $"{address.Address}/{(snapshot.HasConnectedRoute(address) ? address.PrefixLength : whole)}";
    }

    private static string? Gateway(LinkSnapshot snapshot, AddressFamily family) =>
        snapshot.Routes
            .Where(route => route is { Table: MainTable, IsDefault: true, Gateway: not null } && route.Family == family)
            .MinBy(route => route.Metric)?.Gateway;

    private static JoinStaticRoute ToStaticRoute(LinkRoute route) =>
        route.Gateway is { } nextHop ? new JoinStaticRoute(route.Destination, ByNextHop, nextHop) : new JoinStaticRoute(route.Destination, OnLink, "");
}
