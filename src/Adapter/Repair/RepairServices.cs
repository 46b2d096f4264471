using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Repair.Inspections;
using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Repair;

internal static class RepairServices
{
    private static readonly TimeSpan ReleaseGrace = TimeSpan.FromSeconds(4);

    public static IServiceCollection AddRepair(this IServiceCollection services) => services
        .AddSingleton<RetryTimes>()
        .AddSingleton<SurvivingPlugins>()
        .AddSingleton<ReleaseQueue>()
        .AddSingleton<CleanupRunner>()
        .AddSingleton<DeferredReleases>()
        .AddSingleton<PortHolders>()
        .AddSingleton<StartupRecovery>()
        .AddSingleton<ContainerNames>()
        .AddSingleton<KnownFindings>()
        .AddSingleton<RepairPass>()
        .AddSingleton<AbandonedCleanup>()
        .AddInspections()
        .AddHostedService<RepairLoop>()
        .AddHostedService<DockerWatch>();

    /// <summary>Continues the clean-ups of the previous process, before the daemon listens.</summary>
    /// <exception cref="ServiceException">The records cannot be read or written.</exception>
    public static void ResumeRepair(this IServiceProvider services)
    {
        try
        {
            services.GetRequiredService<StartupRecovery>().Resume();
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            var directory = services.GetRequiredService<AdapterSettings>().StateDirectory;
            throw new ServiceException($"The state in {directory} cannot be used: {ErrorDescription.OfFile(unusable)}", unusable);
        }
    }

    /// <summary>Ends the background at shutdown: deferred releases get a little time, the next start continues the others.</summary>
    public static Task StopReleasesAsync(this IServiceProvider services) =>
        services.GetRequiredService<ReleaseQueue>().StopAsync(ReleaseGrace, services.GetRequiredService<TimeProvider>());

    // A pass runs them in this order: first those that ask Docker, last those that rest on the results of the others.
    private static IServiceCollection AddInspections(this IServiceCollection services) => services
        .AddSingleton<IpamAllocations>()
        .AddSingleton<AddressRecovery>()
        .AddSingleton<IInspection, NetworkInspection>()
        .AddSingleton<IInspection, StrandedContainerInspection>()
        .AddSingleton<IInspection, EndpointInspection>()
        .AddSingleton<IInspection, OrphanedEndpointInspection>()
        .AddSingleton<IInspection, ReservationInspection>()
        .AddSingleton<IInspection, CutOffInspection>()
        .AddSingleton<IInspection, PendingCleanupInspection>()
        .AddSingleton<IInspection, UnreadableInspection>()
        .AddSingleton<IInspection, MissingRecordInspection>()
        .AddSingleton<IInspection, NamespaceInspection>()
        .AddSingleton<IInspection, HostLinkInspection>()
        .AddSingleton<IInspection, LostLinkInspection>()
        .AddSingleton<IInspection, StoreInspection>()
        .AddSingleton<IInspection, DoubleAddressInspection>()
        .AddSingleton<IInspection, PortInspection>()
        .AddSingleton<IInspection, UnpublishedPortInspection>();
}
