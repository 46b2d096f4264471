using Bridge.Adapter.Cnm;
using Bridge.Adapter.Translation;
using static Bridge.Adapter.Cnm.CallKind;

namespace Bridge.Adapter.Methods;

/// <summary>
/// Docker's network driver and IPAM driver protocols, one entry per method. Other paths answer 404, which Docker takes for "not
/// implemented".
/// </summary>
internal static class CnmRoutes
{
    public static void MapCnm(this Routes routes, IServiceProvider services)
    {
        var endpoint = services.GetRequiredService<CnmEndpoint>();
        var json = CnmJson.Default;

        // These never fail: after one failed GetCapabilities the driver is unusable until dockerd restarts
        // (moby daemon/libnetwork/drivers/remote/driver.go, Register).
        routes.MapPost("/Plugin.Activate", endpoint.Constant(new ActivateResponse(["NetworkDriver", "IpamDriver"]), json.ActivateResponse));
        routes.MapPost("/NetworkDriver.GetCapabilities",
            endpoint.Constant(new GetCapabilitiesResponse("local", "local"), json.GetCapabilitiesResponse));

        routes.MapPost("/NetworkDriver.CreateNetwork",
            endpoint.Method(Create, services.GetRequiredService<CreateNetwork>(), json.CreateNetworkRequest, json.Nothing));
        routes.MapPost("/NetworkDriver.DeleteNetwork",
            endpoint.Method(Remove, services.GetRequiredService<DeleteNetwork>(), json.DeleteNetworkRequest, json.Nothing));
        routes.MapPost("/NetworkDriver.CreateEndpoint", endpoint.Method(
            Create, services.GetRequiredService<CreateEndpoint>(), json.CreateEndpointRequest, json.CreateEndpointResponse,
            request => request.EndpointID));
        routes.MapPost("/NetworkDriver.EndpointOperInfo",
            endpoint.Method(Read, services.GetRequiredService<EndpointOperInfo>(), json.EndpointRequest, json.EndpointOperInfoResponse));
        routes.MapPost("/NetworkDriver.Join",
            endpoint.Method(Create, services.GetRequiredService<Join>(), json.JoinRequest, json.JoinResponse,
                request => request.EndpointID));
        routes.MapPost("/NetworkDriver.ProgramExternalConnectivity", endpoint.Method(
            Create, services.GetRequiredService<ProgramExternalConnectivity>(), json.ProgramExternalConnectivityRequest, json.Nothing,
            request => request.EndpointID));
        routes.MapPost("/NetworkDriver.RevokeExternalConnectivity",
            endpoint.Method(Remove, services.GetRequiredService<RevokeExternalConnectivity>(), json.EndpointRequest, json.Nothing,
                EndpointOf));
        routes.MapPost("/NetworkDriver.Leave",
            endpoint.Method(Remove, services.GetRequiredService<Leave>(), json.EndpointRequest, json.Nothing, EndpointOf));
        routes.MapPost("/NetworkDriver.DeleteEndpoint",
            endpoint.Method(Remove, services.GetRequiredService<DeleteEndpoint>(), json.EndpointRequest, json.Nothing, EndpointOf));

        MapIpam(routes, services, endpoint, json);

        // Docker sends these only to drivers with ConnectivityScope global. The answer keeps a future engine from reporting an error.
        routes.MapPost("/NetworkDriver.DiscoverNew", endpoint.Constant(new Nothing(), json.Nothing));
        routes.MapPost("/NetworkDriver.DiscoverDelete", endpoint.Constant(new Nothing(), json.Nothing));
    }

    private static string? EndpointOf(EndpointRequest request) => request.EndpointID;

    private static void MapIpam(Routes routes, IServiceProvider services, CnmEndpoint endpoint, CnmJson json)
    {
        // The MAC shows which two requests are for the two families of one endpoint.
        routes.MapPost("/IpamDriver.GetCapabilities", endpoint.Constant(
            new IpamCapabilitiesResponse(RequiresMACAddress: true, RequiresRequestReplay: false), json.IpamCapabilitiesResponse));
        routes.MapPost("/IpamDriver.GetDefaultAddressSpaces", endpoint.Constant(
            new AddressSpacesResponse(NetworkOptions.CniAddressSpace, NetworkOptions.CniAddressSpace), json.AddressSpacesResponse));
        routes.MapPost("/IpamDriver.RequestPool",
            endpoint.Method(Create, services.GetRequiredService<RequestPool>(), json.RequestPoolRequest, json.RequestPoolResponse));
        routes.MapPost("/IpamDriver.ReleasePool",
            endpoint.Method(Remove, services.GetRequiredService<ReleasePool>(), json.ReleasePoolRequest, json.Nothing));
        routes.MapPost("/IpamDriver.RequestAddress",
            endpoint.Method(Create, services.GetRequiredService<RequestAddress>(), json.RequestAddressRequest,
                json.RequestAddressResponse));
        var release = services.GetRequiredService<ReleaseAddress>();
        routes.MapPost("/IpamDriver.ReleaseAddress",
            endpoint.Method(Remove, release, json.ReleaseAddressRequest, json.Nothing, release.EndpointOf));
    }
}
