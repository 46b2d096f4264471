namespace Bridge.Adapter.Ipam;

internal static class IpamServices
{
    public static IServiceCollection AddIpam(this IServiceCollection services) => services
        .AddSingleton<IpamRuns>()
        .AddSingleton<Reservations>()
        .AddSingleton<PoolRequests>();
}
