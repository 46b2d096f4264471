using Bridge.Adapter.Cri;

namespace Bridge.Adapter.Directories;

internal static class DirectoryServices
{
    public static IServiceCollection AddDirectories(this IServiceCollection services) => services
        .AddSingleton(new KnownPlaces())
        .AddSingleton<CriClients>()
        .AddSingleton<RuntimeSurvey>()
        .AddSingleton<DirectoryChoice>()
        .AddSingleton<DirectoryDiscovery>()
        .AddSingleton<DirectorySignal>()
        .AddHostedService<DirectoryDiscoveryLoop>();
}
