using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Docker;

internal static class DockerServices
{
    public static IServiceCollection AddDocker(this IServiceCollection services, AdapterSettings settings) => services
        .AddSingleton<IDockerEngine>(provider => new DockerEngine(settings.DockerSocket, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<DriverName>()
        .AddSingleton<EngineFacts>()
        .AddSingleton<DockerNames>();
}
