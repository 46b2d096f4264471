using System.Text.Json;
using System.Text.Json.Serialization;
using Bridge.Adapter.Sandboxes;

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

// What Docker sends to an IPAM driver and wants back, spelled as moby's ipams/remote/api spells it.

internal sealed record IpamCapabilitiesResponse(bool RequiresMACAddress, bool RequiresRequestReplay);

internal sealed record AddressSpacesResponse(string LocalDefaultAddressSpace, string GlobalDefaultAddressSpace);

internal sealed record RequestPoolRequest(
    string? AddressSpace = null,
    string? Pool = null,
    string? SubPool = null,
    IReadOnlyDictionary<string, string>? Options = null,
    bool V6 = false);

/// <summary>Data: <c>com.docker.network.gateway</c> in CIDR notation saves Docker the request for one.</summary>
internal sealed record RequestPoolResponse(string PoolID, string Pool, IReadOnlyDictionary<string, string> Data);

internal sealed record ReleasePoolRequest(string PoolID);

/// <summary>Address: a plain IP that is wished for, or empty.</summary>
internal sealed record RequestAddressRequest(string PoolID, string? Address = null, IReadOnlyDictionary<string, string>? Options = null);

/// <summary>Address in CIDR notation; never empty.</summary>
internal sealed record RequestAddressResponse(string Address, IReadOnlyDictionary<string, string> Data);

internal sealed record ReleaseAddressRequest(string PoolID, string Address);

/// <summary>The serializer of Docker's wire. A missing required field is an error that names the field, never a silent null.</summary>
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
