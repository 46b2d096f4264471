using Bridge.Adapter.Repair.Inspections;

namespace Bridge.Adapter.Reload;

internal static class ReloadServices
{
    public static IServiceCollection AddReload(this IServiceCollection services) => services
        .AddSingleton<LinkParts>()
        .AddSingleton<BandwidthParts>()
        .AddSingleton<HostInspection>()
        .AddSingleton<StandIns>()
        .AddSingleton<Restoration>()
        .AddSingleton<Reloader>()
        .AddSingleton<ReloadSignal>()
        .AddSingleton<HostRemovals>()
        .AddSingleton<IInspection, MissingOnHostInspection>()
        .AddSingleton<DockersRules>()
        .AddHostedService<ReloadWatch>();
}
