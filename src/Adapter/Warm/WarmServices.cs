using Bridge.Adapter.Ipam;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Warm;

/// <summary>Attachments that are made before a container needs them, and used again.</summary>
internal static class WarmServices
{
    public static IServiceCollection AddWarm(this IServiceCollection services) => services
        .AddSingleton<WarmPool>()
        .AddSingleton<WarmSignal>()
        .AddSingleton<WarmMetrics>()
        .AddSingleton<WarmRelease>()
        .AddSingleton<WarmMaking>()
        .AddSingleton<WarmTaking>()
        .AddSingleton<WarmJoining>()
        .AddSingleton<WarmReturn>()
        .AddSingleton<WarmTimes>()
        .AddSingleton<WarmUpkeep>()
        .AddSingleton<ConnectionTracking>()
        .AddSingleton<FreeAddresses>()
        .AddSingleton<AddressMetrics>()
        .AddHostedService<WarmKeeper>();
}
