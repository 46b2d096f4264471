namespace Bridge.Adapter.Methods;

internal static class MethodServices
{
    public static IServiceCollection AddMethods(this IServiceCollection services) => services
        .AddSingleton<RequestPool>()
        .AddSingleton<RequestAddress>()
        .AddSingleton<ReleaseAddress>()
        .AddSingleton<ReleasePool>()
        .AddSingleton<CreateNetwork>()
        .AddSingleton<DeleteNetwork>()
        .AddSingleton<EndpointIntent>()
        .AddSingleton<EndpointPorts>()
        .AddSingleton<CreateEndpoint>()
        .AddSingleton<EndpointOperInfo>()
        .AddSingleton<Join>()
        .AddSingleton<ProgramExternalConnectivity>()
        .AddSingleton<RevokeExternalConnectivity>()
        .AddSingleton<Leave>()
        .AddSingleton<DeleteEndpoint>();
}
