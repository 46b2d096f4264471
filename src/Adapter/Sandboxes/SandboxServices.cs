using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Sandboxes;

internal static class SandboxServices
{
    public static IServiceCollection AddSandboxes(this IServiceCollection services, AdapterSettings settings) => services
        .AddSingleton(_ => NetworkNamespace.OpenCurrent())
        .AddSingleton(provider =>
            new StagingSandboxes(Path.Combine(settings.RunDirectory, "netns"), provider.GetRequiredService<NetworkNamespace>()))
        .AddSingleton<LinkDepartures>();
}
