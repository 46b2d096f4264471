using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Networks;

internal static class NetworkServices
{
    public static IServiceCollection AddNetworks(this IServiceCollection services, AdapterSettings settings)
    {
        services
            .AddSingleton<NetworkLookup>()
            .AddSingleton<DeletedNetworks>()
            .AddSingleton<NetworksSignal>()
            .AddSingleton<FileWarnings>()
            .AddSingleton<StrandedContainers>();
        return settings.AutoNetworks ? services.AddSingleton<AutoNetworks>().AddHostedService<AutoNetworksLoop>() : services;
    }
}
