using Bridge.Adapter.Cri;
using Bridge.Adapter.Directories;

namespace Bridge.Adapter.AddressOwners;

internal static class AddressOwnerServices
{
    public static IServiceCollection AddAddressOwners(this IServiceCollection services) => services
        .AddSingleton(provider =>
        {
            var discovery = provider.GetRequiredService<DirectoryDiscovery>();
            return new PodRuntime(() => discovery.Current.CriSocket, provider.GetRequiredService<CriClients>());
        })
        .AddSingleton<AddressStores>()
        .AddSingleton<JournalOwners>()
        .AddSingleton<OwnerListing>()
        .AddSingleton<OwnerLookup>();
}
