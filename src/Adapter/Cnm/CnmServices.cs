using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Cnm;

internal static class CnmServices
{
    public static IServiceCollection AddCnm(this IServiceCollection services, AdapterSettings settings)
    {
        // Calls block in the kernel (fsync, netlink, mounts). Above its minimum the pool adds threads slowly, about one each half second.
        ThreadPool.SetMinThreads(settings.Calls.Running + Environment.ProcessorCount, Environment.ProcessorCount);
        return services
            .AddSingleton<CallQueue>()
            .AddSingleton<CallDeadline>()
            .AddSingleton<CnmEndpoint>();
    }
}
