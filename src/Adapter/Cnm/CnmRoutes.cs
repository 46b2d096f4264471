using Bridge.Adapter.Methods;

namespace Bridge.Adapter.Cnm;

/// <summary>Docker's network driver protocol, one line per method. Paths that are not here answer 404, which Docker takes for "not implemented".</summary>
internal static class CnmRoutes
{
    public static void MapCnm(this WebApplication app)
    {
        var services = app.Services;
        var endpoint = services.GetRequiredService<CnmEndpoint>();
        var json = CnmJson.Default;

        // These two must never fail: after one failure Docker treats the driver as absent until dockerd restarts.
        app.MapPost("/Plugin.Activate", endpoint.Constant(new ActivateResponse(["NetworkDriver"]), json.ActivateResponse));
        app.MapPost("/NetworkDriver.GetCapabilities", endpoint.Constant(new GetCapabilitiesResponse("local", "local"), json.GetCapabilitiesResponse));

        app.MapPost("/NetworkDriver.CreateNetwork", endpoint.Method(services.GetRequiredService<CreateNetwork>(), json.CreateNetworkRequest, json.Nothing));
        app.MapPost("/NetworkDriver.DeleteNetwork", endpoint.Method(services.GetRequiredService<DeleteNetwork>(), json.DeleteNetworkRequest, json.Nothing));
        app.MapPost("/NetworkDriver.CreateEndpoint", endpoint.Method(services.GetRequiredService<CreateEndpoint>(), json.CreateEndpointRequest, json.CreateEndpointResponse));
        app.MapPost("/NetworkDriver.EndpointOperInfo", endpoint.Method(services.GetRequiredService<EndpointOperInfo>(), json.EndpointRequest, json.EndpointOperInfoResponse));
        app.MapPost("/NetworkDriver.Join", endpoint.Method(services.GetRequiredService<Join>(), json.JoinRequest, json.JoinResponse));
        app.MapPost("/NetworkDriver.ProgramExternalConnectivity",
            endpoint.Method(services.GetRequiredService<ProgramExternalConnectivity>(), json.ProgramExternalConnectivityRequest, json.Nothing));
        app.MapPost("/NetworkDriver.RevokeExternalConnectivity",
            endpoint.Method(services.GetRequiredService<RevokeExternalConnectivity>(), json.EndpointRequest, json.Nothing));
        app.MapPost("/NetworkDriver.Leave", endpoint.Method(services.GetRequiredService<Leave>(), json.EndpointRequest, json.Nothing));
        app.MapPost("/NetworkDriver.DeleteEndpoint", endpoint.Method(services.GetRequiredService<DeleteEndpoint>(), json.EndpointRequest, json.Nothing));

        // Sent only to drivers of global connectivity; answered so that a future engine's question is not an error.
        app.MapPost("/NetworkDriver.DiscoverNew", endpoint.Constant(new Nothing(), json.Nothing));
        app.MapPost("/NetworkDriver.DiscoverDelete", endpoint.Constant(new Nothing(), json.Nothing));
    }
}
