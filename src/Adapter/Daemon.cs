using System.Runtime.InteropServices;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Control;
using Bridge.Adapter.Directories;
using Bridge.Adapter.Docker;
using Bridge.Adapter.History;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Methods;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Reload;
using Bridge.Adapter.Repair;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Warm;
using CniInvoker;

namespace Bridge.Adapter;

/// <summary>
/// `cnm-cni serve`: builds the rooms, continues the clean-ups of the previous process, listens, and runs until it is stopped.
/// </summary>
internal static class Daemon
{
    /// <exception cref="ServiceException">The daemon cannot start. The message states the reason and what to do.</exception>
    public static async Task<int> ServeAsync(AdapterSettings settings, CancellationToken cancellationToken)
    {
        ProcessRights.RequireRoot(settings.Socket);
        // Not disposed: its thread may still write at the end of the process.
        var logFile = DaemonServices.OpenLog(settings.Log.File);
        // Not the end of the process when its terminal is closed: containers still need it.
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            logFile?.Reopen();
        });
        var environment = ServiceEnvironment.Take();
        var inherited = InheritedSocket.Take(environment, settings.Socket);
        DaemonDirectories.Prepare(settings);
        var locks = DaemonServices.LockDirectories(settings);
        try
        {
            var socket = new PluginSocket(settings.Socket, DaemonDirectories.SpareSocket(settings), inherited);
            socket.RequireFree();
            var services = new ServiceCollection()
                .AddLog(settings.Log, logFile).AddLogCategories().AddSingleton(settings).AddSingleton(TimeProvider.System)
                .AddService(socket, locks).AddTelemetry().AddHistory().AddDirectories().AddCni(settings).AddState(settings)
                .AddSandboxes(settings).AddAttachments().AddIpam().AddWarm().AddCnm(settings).AddMethods()
                .AddDocker(settings).AddAddressOwners().AddRepair().AddReload().AddNetworks(settings).AddControl(environment);
            await using var provider = services.BuildServiceProvider();
            await RunAsync(provider, socket, cancellationToken);
            return 0;
        }
        finally
        {
            foreach (var held in locks)
                held.Dispose();
        }
    }

    private static async Task RunAsync(IServiceProvider services, PluginSocket socket, CancellationToken cancellationToken)
    {
        _ = services.GetRequiredService<JournalMetrics>(); // Only the metrics page reads their instruments.
        _ = services.GetRequiredService<WarmMetrics>();
        _ = services.GetRequiredService<AddressMetrics>();
        var routes = new Routes();
        routes.MapCnm(services);
        routes.MapControl(services);
        Watchdog.Map(routes);
        var history = services.BeginHistory();
        services.ResumeRepair();
        var journal = services.GetRequiredService<Journal>();
        using var server = new HttpServer(socket, routes.AnswerAsync, services.GetRequiredService<ILoggerFactory>());
        try
        {
            await services.GetRequiredService<DaemonRun>().UntilStoppedAsync(
                server,
                () => services.GetRequiredService<ILogger<CnmEndpoint>>()
                    .Serving(socket.Path, journal.ListedNetworks.Count(), journal.Attachments.All.Count),
                cancellationToken);
            await services.StopReleasesAsync();
            history.Add(HistoryEventKind.DaemonStopped, (made, _) => made with { Text = $"cnm-cni {ProgramVersion.Number}" });
        }
        finally
        {
            socket.Remove();
        }
    }
}
