using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Control;
using Bridge.Adapter.Directories;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Repair;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Service;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Telemetry.Export;
using Bridge.Adapter.Warm;

namespace Bridge.Adapter;

/// <summary>
/// Every class that writes to the log; see <see cref="TelemetryServices.AddLogOf"/>. One that is missing here logs all the same.
/// </summary>
internal static class LogCategories
{
    public static IServiceCollection AddLogCategories(this IServiceCollection services) => services
        .AddLogOf<AbandonedCleanup>()
        .AddLogOf<Arrivals>()
        .AddLogOf<AutoNetworks>()
        .AddLogOf<AutoNetworksLoop>()
        .AddLogOf<CallDeadline>()
        .AddLogOf<CleanupRunner>()
        .AddLogOf<CnmEndpoint>()
        .AddLogOf<DaemonRun>()
        .AddLogOf<DeferredReleases>()
        .AddLogOf<Detacher>()
        .AddLogOf<DirectoryDiscovery>()
        .AddLogOf<DirectoryDiscoveryLoop>()
        .AddLogOf<FileWarnings>()
        .AddLogOf<FirewallListing>()
        .AddLogOf<IpamRuns>()
        .AddLogOf<Journal>()
        .AddLogOf<KnownFindings>()
        .AddLogOf<LostAttachments>()
        .AddLogOf<MetricsServer>()
        .AddLogOf<Notifications>()
        .AddLogOf<PortReservations>()
        .AddLogOf<RepairLoop>()
        .AddLogOf<ServiceReports>()
        .AddLogOf<SocketKeeper>()
        .AddLogOf<SpanLosses>()
        .AddLogOf<StartupRecovery>()
        .AddLogOf<SurvivingPlugins>()
        .AddLogOf<TimedExecutor>()
        .AddLogOf<TraceExport>()
        .AddLogOf<UnaskedPublisher>()
        .AddLogOf<WarmKeeper>()
        .AddLogOf<WarmReturn>()
        .AddLogOf<WarmTimes>();
}
