using Bridge.Adapter.Settings;

namespace Bridge.Adapter.AddressOwners;

internal static class AddressOwnerServices
{
    public static IServiceCollection AddAddressOwners(this IServiceCollection services, AdapterSettings settings) => services
        .AddSingleton(provider => new PodRuntime(settings.ContainerdSocket, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<AddressStores>()
        .AddSingleton<JournalOwners>()
        .AddSingleton<OwnerListing>()
        .AddSingleton<OwnerLookup>();
}
