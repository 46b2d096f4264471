using System.Runtime.InteropServices;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Control;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Methods;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Repair;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
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
            // Empty: other builders watch every file below the working directory, which is / under a service manager.
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.Logging.AddQueuedConsole(settings.Log, logFile);
            socket.ServeBy(builder.WebHost);
            builder.Services.AddRoutingCore().AddSingleton(settings).AddSingleton(TimeProvider.System)
                .AddService(socket, locks).AddTelemetry().AddCni(settings).AddState(settings).AddSandboxes(settings)
                .AddAttachments().AddIpam().AddCnm(settings).AddMethods()
                .AddDocker(settings).AddAddressOwners(settings).AddRepair().AddNetworks(settings).AddControl(environment);
            await using var app = builder.Build();
            _ = app.Services.GetRequiredService<JournalMetrics>(); // Only the metrics page reads its instruments.
            app.MapCnm();
            app.MapControl();
            Watchdog.Map(app);
            app.Services.ResumeRepair();
            var journal = app.Services.GetRequiredService<Journal>();
            await app.StartDaemonAsync(cancellationToken);
            try
            {
                app.Services.GetRequiredService<ILogger<CnmEndpoint>>()
                    .Serving(settings.Socket, journal.ListedNetworks.Count(), journal.Attachments.All.Count);
                await app.WaitForShutdownAsync(cancellationToken);
                await app.Services.StopReleasesAsync();
            }
            finally
            {
                socket.Remove();
            }

            return 0;
        }
        finally
        {
            foreach (var held in locks)
                held.Dispose();
        }
    }
}
