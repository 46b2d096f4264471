using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Control;
using Bridge.Adapter.Docker;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.Methods;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Repair;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Repair.Inspections;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter;

/// <summary>
/// `cnm-cni serve`: puts the rooms together, listens, and only then looks at the past. Ends with the host's shutdown signals.
/// </summary>
internal static class Daemon
{
    /// <exception cref="ServiceException">It cannot begin; the message says why, and what to do.</exception>
    public static async Task<int> ServeAsync(AdapterSettings settings, CancellationToken cancellationToken)
    {
        if (LibC.EffectiveUser() != 0)
            throw new ServiceException($"cnm-cni serve needs root: it makes network namespaces and listens at " +
                $"{settings.Socket}. Start it as root, for instance with sudo.");

        ProcessRights.RequireCapabilities();
        // The terminal that it was started from has gone; containers still need it.
        var logFile = OpenLog(settings.Log.File); // Stays open: its thread may have more to say than anybody waits for.
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            logFile?.Reopen();
        });
        var environment = ServiceEnvironment.Take();
        var inherited = InheritedSocket.Take(environment, settings.Socket);
        DaemonDirectories.Prepare(settings);
        using var stateLock = DirectoryLock.Take(settings.StateDirectory);
        // Of the namespaces in it another daemon would think that nobody has them.
        using var runLock = HostDirectories.IsSame(settings.RunDirectory, settings.StateDirectory)
            ? null
            : DirectoryLock.Take(settings.RunDirectory);
        var socket = new PluginSocket(settings.Socket, DaemonDirectories.SpareSocket(settings), inherited);
        socket.RequireFree();
        // Empty: the other builders look for appsettings.json in the working directory, and watch everything below it for changes; under a
        // service manager that is the whole file system.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Logging.AddBridgeLogging(settings.Log, logFile);
        socket.ServeBy(builder.WebHost);
        builder.Services.Configure<HostOptions>(host =>
        {
            // A little longer than calls have; what then still hangs is on disk, and the next start's.
            host.ShutdownTimeout = CallDeadline.ShutdownGrace + (2 * CallDeadline.ReportGrace);
            host.ServicesStopConcurrently = true;
        });

        // Calls block in the kernel (fsync, netlink, mounts), and beyond these the pool would think about every further thread for half a
        // second.
        ThreadPool.SetMinThreads(settings.Calls.Running + Environment.ProcessorCount, Environment.ProcessorCount);
        builder.Services
            .AddSingleton(settings)
            .AddSingleton(TimeProvider.System)
            .AddSingleton(socket)
            .AddSingleton<IEnumerable<DirectoryLock>>(new[] { stateLock, runLock }.OfType<DirectoryLock>().ToArray())
            .AddHostedService<SocketKeeper>()
            .AddCni(settings)
            .AddSandboxes(settings)
            .AddState(settings)
            .AddAttachments()
            .AddIpam()
            .AddCnm()
            .AddRepair(settings)
            .AddNeighbours(settings)
            .AddNetworks(settings)
            .AddControl()
            .AddService(environment);

        await using var app = builder.Build();
        _ = app.Services.GetRequiredService<JournalMetrics>(); // Its instruments are read by the page alone.
        app.MapCnm();
        app.MapControl();
        Watchdog.Map(app);
        Resume(app.Services, settings);
        await StartAsync(app, cancellationToken);
        try
        {
            var journal = app.Services.GetRequiredService<Journal>();
            app.Services.GetRequiredService<ILogger<CnmEndpoint>>()
                .Serving(settings.Socket, journal.ListedNetworks.Count(), journal.Attachments.All.Count);
            await app.WaitForShutdownAsync(cancellationToken);
        }
        finally
        {
            socket.Remove();
        }

        return 0;
    }

    private static LogFile? OpenLog(string? path)
    {
        try
        {
            return path is null ? null : new LogFile(path, LibC.WriteStandardStreamsTo);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new ServiceException($"the log file {path} cannot be used: {FileWords.Of(unusable)}", unusable);
        }
    }

    private static async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or SocketException)
        {
            throw new ServiceException($"cnm-cni serve cannot begin: {FileWords.Of(refused)}", refused);
        }
    }

    private static void Resume(IServiceProvider services, AdapterSettings settings)
    {
        try
        {
            services.GetRequiredService<StartupRecovery>().Resume();
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new ServiceException($"the state in {settings.StateDirectory} cannot be taken up: {FileWords.Of(unusable)}", unusable);
        }
    }

    private static IServiceCollection AddCni(this IServiceCollection services, AdapterSettings settings) => services
        .AddSingleton<CallClock>()
        .AddSingleton<BridgeMetrics>()
        .AddSingleton<MetricsPage>()
        .AddSingleton<JournalMetrics>()
        .AddSingleton(new ConfigurationDirectory(settings.ConfigurationDirectory))
        .AddSingleton(new PluginPath(settings.PluginDirectories))
        .AddSingleton(settings.Timeouts.Deadlines)
        .AddSingleton<IPluginExecutor>(provider => ActivatorUtilities.CreateInstance<TimedExecutor>(
            provider, new GivenEnvironment(
            new PluginProcess(provider.GetRequiredService<TimeProvider>(), settings.PluginOutputLimit), settings.PluginEnvironment)))
        .AddSingleton(provider => new OperationLocks(settings.CniLock, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<CniRuntime>();

    private static IServiceCollection AddSandboxes(this IServiceCollection services, AdapterSettings settings) => services
        .AddSingleton(_ => NetworkNamespace.OpenCurrent())
        .AddSingleton(provider =>
            new StagingSandboxes(Path.Combine(settings.RunDirectory, "netns"), provider.GetRequiredService<NetworkNamespace>()))
        .AddSingleton<LinkDepartures>();

    private static IServiceCollection AddState(this IServiceCollection services, AdapterSettings settings) => services
        .AddSingleton(provider => new Journal(settings.StateDirectory, provider.GetRequiredService<ILogger<Journal>>().RecordNotWritten))
        .AddSingleton<StateProbe>()
        .AddSingleton<AttachmentGates>();

    private static IServiceCollection AddAttachments(this IServiceCollection services) => services
        .AddSingleton<CniAttachment>()
        .AddSingleton<PortReservations>()
        .AddSingleton<FirewallListing>()
        .AddSingleton<ForeignPorts>()
        .AddSingleton<ForeignGateways>()
        .AddSingleton<UnaskedPublisher>()
        .AddSingleton<SandboxRuns>()
        .AddSingleton<FirewallDump>()
        .AddSingleton<HostLeftovers>()
        .AddSingleton<AttachmentLeftovers>()
        .AddSingleton<ChainRemoval>()
        .AddSingleton<Detacher>()
        .AddSingleton<LostAttachments>()
        .AddSingleton<UniqueAddresses>()
        .AddSingleton<Attacher>()
        .AddSingleton<Publisher>()
        .AddSingleton<Arrivals>();

    private static IServiceCollection AddIpam(this IServiceCollection services) => services
        .AddSingleton<IpamRuns>()
        .AddSingleton<Reservations>()
        .AddSingleton<PoolRequests>()
        .AddSingleton<RequestPool>()
        .AddSingleton<RequestAddress>()
        .AddSingleton<ReleaseAddress>()
        .AddSingleton<ReleasePool>();

    private static IServiceCollection AddCnm(this IServiceCollection services) => services
        .AddSingleton<CallQueue>()
        .AddSingleton<CallDeadline>()
        .AddSingleton<CnmEndpoint>()
        .AddSingleton<NetworkLookup>()
        .AddSingleton<DeletedNetworks>()
        .AddSingleton<CreateNetwork>()
        .AddSingleton<DeleteNetwork>()
        .AddSingleton<CreateEndpoint>()
        .AddSingleton<EndpointOperInfo>()
        .AddSingleton<Join>()
        .AddSingleton<ProgramExternalConnectivity>()
        .AddSingleton<RevokeExternalConnectivity>()
        .AddSingleton<Leave>()
        .AddSingleton<DeleteEndpoint>();

    private static IServiceCollection AddRepair(this IServiceCollection services, AdapterSettings settings) => services
        .AddSingleton<IDockerEngine>(provider => new DockerEngine(settings.DockerSocket, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<EngineFacts>()
        .AddSingleton<RetryTimes>()
        .AddSingleton<DockerNames>()
        .AddSingleton<RepairSignal>()
        .AddSingleton<FileWarnings>()
        .AddSingleton<StrandedContainers>()
        .AddSingleton<SurvivingPlugins>()
        .AddSingleton<CleanupRunner>()
        .AddSingleton<StartupRecovery>()
        .AddSingleton<ContainerNames>()
        .AddSingleton<KnownFindings>()
        .AddSingleton<RepairPass>()
        .AddSingleton<AbandonedCleanup>()
        .AddInspections()
        .AddHostedService<RepairLoop>()
        .AddHostedService<DockerWatch>();

    // In the order of looking: what Docker has to say first, and last what follows from everything else.
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

    private static IServiceCollection AddNeighbours(this IServiceCollection services, AdapterSettings settings) => services
        .AddSingleton(provider => new PodRuntime(settings.ContainerdSocket, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<AddressStores>()
        .AddSingleton<JournalOwners>()
        .AddSingleton<OwnerListing>()
        .AddSingleton<OwnerLookup>();

    private static IServiceCollection AddNetworks(this IServiceCollection services, AdapterSettings settings)
    {
        services.AddSingleton<NetworksSignal>();
        return settings.AutoNetworks ? services.AddSingleton<AutoNetworks>().AddHostedService<AutoNetworksLoop>() : services;
    }

    private static IServiceCollection AddControl(this IServiceCollection services) => services
        .AddSingleton<FreshNames>()
        .AddSingleton<Status>()
        .AddSingleton<Check>()
        .AddSingleton<RepairOnDemand>();

    private static IServiceCollection AddService(this IServiceCollection services, ServiceEnvironment environment) =>
        environment.NotifySocket is not { } address
        ? services
        : services
            .AddSingleton(environment)
            .AddSingleton<Watchdog>()
            .AddSingleton(provider => new Notifications(address, provider.GetRequiredService<ILogger<Notifications>>()))
            .AddHostedService<ServiceReports>();
}
