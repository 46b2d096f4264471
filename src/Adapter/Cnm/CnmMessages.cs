using System.Text.Json;

namespace Bridge.Adapter.Cnm;

// What Docker sends and wants back, spelled as moby's drivers/remote/api spells it. Unknown fields are ignored: engines add some in every version.

internal sealed record ActivateResponse(IReadOnlyList<string> Implements);

internal sealed record GetCapabilitiesResponse(string Scope, string ConnectivityScope);

internal sealed record CreateNetworkRequest(
    string NetworkID,
    IReadOnlyDictionary<string, JsonElement>? Options = null,
    IReadOnlyList<IpamData>? IPv4Data = null,
    IReadOnlyList<IpamData>? IPv6Data = null);

internal sealed record IpamData(string? AddressSpace = null, string? Pool = null, string? Gateway = null);

internal sealed record DeleteNetworkRequest(string NetworkID);

internal sealed record CreateEndpointRequest(
    string NetworkID,
    string EndpointID,
    EndpointInterface? Interface = null,
    IReadOnlyDictionary<string, JsonElement>? Options = null);

/// <summary>Addresses are CIDR text. A field that Docker filled must stay empty in the answer, even when the value would be the same.</summary>
internal sealed record EndpointInterface(string? Address = null, string? AddressIPv6 = null, string? MacAddress = null);

internal sealed record CreateEndpointResponse(EndpointInterface? Interface);

/// <summary>The request of every method that only names an endpoint.</summary>
internal sealed record EndpointRequest(string NetworkID, string EndpointID);

internal sealed record EndpointOperInfoResponse(IReadOnlyDictionary<string, string> Value);

internal sealed record JoinRequest(
    string NetworkID,
    string EndpointID,
    string SandboxKey,
    IReadOnlyDictionary<string, JsonElement>? Options = null);

internal sealed record JoinResponse(
    JoinInterfaceName? InterfaceName,
    string? Gateway,
    string? GatewayIPv6,
    IReadOnlyList<JoinStaticRoute>? StaticRoutes,
    bool DisableGatewayService);

internal sealed record JoinInterfaceName(string SrcName, string DstPrefix);

/// <summary>RouteType 0 goes by NextHop, 1 is on the link.</summary>
internal sealed record JoinStaticRoute(string Destination, int RouteType, string NextHop);

internal sealed record ProgramExternalConnectivityRequest(
    string NetworkID,
    string EndpointID,
    IReadOnlyDictionary<string, JsonElement>? Options = null);

/// <summary>A request without parameters, and an answer without content.</summary>
internal sealed record Nothing;

/// <summary>A refusal. A network driver's has <c>Err</c>, an IPAM driver's <c>Error</c>; each reader skips the other.</summary>
internal sealed record ErrorResponse(string Err)
{
    public string Error => Err;
}
