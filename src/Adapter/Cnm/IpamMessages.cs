using System.Text.Json;

namespace Bridge.Adapter.Cnm;

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
