using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Cnm;

internal static class CnmServices
{
    public static IServiceCollection AddCnm(this IServiceCollection services, AdapterSettings settings)
    {
        // Calls block in the kernel (fsync, netlink, mounts). Above its minimum the pool adds threads slowly, about one each half second.
        ThreadPool.SetMinThreads(settings.Calls.Running + Environment.ProcessorCount, Environment.ProcessorCount);
        return services
            .Configure<HostOptions>(host =>
            {
                // A little longer than calls have. What still runs then is recorded on disk, and the next start continues it.
                host.ShutdownTimeout = CallDeadline.ShutdownGrace + (2 * CallDeadline.ReportGrace);
                host.ServicesStopConcurrently = true;
            })
            .AddSingleton<CallQueue>()
            .AddSingleton<CallDeadline>()
            .AddSingleton<CnmEndpoint>();
    }
}
