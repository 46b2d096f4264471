using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bridge.Adapter.Cnm;

// The messages of the network driver protocol, with the names of moby daemon/libnetwork/drivers/remote/api/api.go. Unknown fields are
// ignored: new engines add some.

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

/// <summary>
/// Addresses in CIDR notation. A field that Docker filled in the request must stay empty in the answer, even with the same value.
/// </summary>
internal sealed record EndpointInterface(string? Address = null, string? AddressIPv6 = null, string? MacAddress = null);

internal sealed record CreateEndpointResponse(EndpointInterface? Interface);

/// <summary>The request of every method that has only an endpoint as its parameter.</summary>
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

/// <summary>DstName is the name in the container; without it Docker appends a number to DstPrefix. Docker ignores it before 29.8.</summary>
internal sealed record JoinInterfaceName(string SrcName, string DstPrefix, string? DstName = null);

/// <summary>RouteType 0 is a route via NextHop, 1 a route on the link.</summary>
internal sealed record JoinStaticRoute(string Destination, int RouteType, string NextHop);

internal sealed record ProgramExternalConnectivityRequest(
    string NetworkID,
    string EndpointID,
    IReadOnlyDictionary<string, JsonElement>? Options = null);

/// <summary>A request without parameters, or an answer without content.</summary>
internal sealed record Nothing;

/// <summary>An error: <c>Err</c> of a network driver, <c>Error</c> of an IPAM driver. Docker ignores the other one.</summary>
internal sealed record ErrorResponse(string Err)
{
    public string Error => Err;
}

// The messages of the IPAM driver protocol, with the names of moby daemon/libnetwork/ipams/remote/api/api.go.

internal sealed record IpamCapabilitiesResponse(bool RequiresMACAddress, bool RequiresRequestReplay);

internal sealed record AddressSpacesResponse(string LocalDefaultAddressSpace, string GlobalDefaultAddressSpace);

internal sealed record RequestPoolRequest(
    string? AddressSpace = null,
    string? Pool = null,
    string? SubPool = null,
    IReadOnlyDictionary<string, string>? Options = null,
    bool V6 = false);

/// <summary>Data: <c>com.docker.network.gateway</c> in CIDR notation makes a request for the gateway's address unnecessary.</summary>
internal sealed record RequestPoolResponse(string PoolID, string Pool, IReadOnlyDictionary<string, string> Data);

internal sealed record ReleasePoolRequest(string PoolID);

/// <summary>Address: the requested address without prefix length, or empty.</summary>
internal sealed record RequestAddressRequest(string PoolID, string? Address = null, IReadOnlyDictionary<string, string>? Options = null);

/// <summary>Address in CIDR notation; never empty.</summary>
internal sealed record RequestAddressResponse(string Address, IReadOnlyDictionary<string, string> Data);

internal sealed record ReleaseAddressRequest(string PoolID, string Address);

/// <summary>The serializer of both protocols. A missing required field is an error that names the field.</summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ActivateResponse))]
[JsonSerializable(typeof(GetCapabilitiesResponse))]
[JsonSerializable(typeof(CreateNetworkRequest))]
[JsonSerializable(typeof(DeleteNetworkRequest))]
[JsonSerializable(typeof(CreateEndpointRequest))]
[JsonSerializable(typeof(CreateEndpointResponse))]
[JsonSerializable(typeof(EndpointRequest))]
[JsonSerializable(typeof(EndpointOperInfoResponse))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinResponse))]
[JsonSerializable(typeof(ProgramExternalConnectivityRequest))]
[JsonSerializable(typeof(IpamCapabilitiesResponse))]
[JsonSerializable(typeof(AddressSpacesResponse))]
[JsonSerializable(typeof(RequestPoolRequest))]
[JsonSerializable(typeof(RequestPoolResponse))]
[JsonSerializable(typeof(ReleasePoolRequest))]
[JsonSerializable(typeof(RequestAddressRequest))]
[JsonSerializable(typeof(RequestAddressResponse))]
[JsonSerializable(typeof(ReleaseAddressRequest))]
[JsonSerializable(typeof(Nothing))]
[JsonSerializable(typeof(ErrorResponse))]
internal sealed partial class CnmJson : JsonSerializerContext;
