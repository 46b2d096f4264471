using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Telemetry;
using Microsoft.Extensions.Hosting.Internal;

namespace Bridge.Adapter.Service;

/// <summary>
/// The life of the daemon: listens, runs the background services until SIGTERM, SIGINT or SIGQUIT, then stops all of them at once.
/// </summary>
/// <param name="lifetime">Tells everybody.</param>
/// <param name="provider">Makes the background services, which Docker's calls need not wait for, once the daemon listens.</param>
/// <param name="logger">The log.</param>
internal sealed class DaemonRun(ApplicationLifetime lifetime, IServiceProvider provider, ILogger<DaemonRun> logger)
{
    private static readonly PosixSignal[] Ends = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT];

    // A little longer than calls have. What still runs then is recorded on disk, and the next start continues it.
    private static readonly TimeSpan Grace = CallDeadline.ShutdownGrace + (2 * CallDeadline.ReportGrace);

    /// <param name="server">The server; it listens once <paramref name="started"/> is called.</param>
    /// <param name="started">Called when the daemon answers.</param>
    /// <param name="cancellationToken">Ends the daemon, as a signal does.</param>
    /// <exception cref="ServiceException">The server cannot listen.</exception>
    public async Task UntilStoppedAsync(HttpServer server, Action started, CancellationToken cancellationToken)
    {
        PosixSignalRegistration[] signals = [.. Ends.Select(signal => PosixSignalRegistration.Create(signal, Stop))];
        try
        {
            using var atEnd = cancellationToken.UnsafeRegister(_ => lifetime.StopApplication(), null);
            await ListenAsync(server, cancellationToken);
            IHostedService[] services = [.. provider.GetServices<IHostedService>()];
            foreach (var service in services)
                await service.StartAsync(CancellationToken.None); // Its token would end the service before the daemon stops.

            lifetime.NotifyStarted();
            started();
            await Task.WhenAny([StoppingAsync(), .. services.OfType<BackgroundService>().Select(FailureAsync)]);
            lifetime.StopApplication();
            using var grace = new CancellationTokenSource(Grace);
            await Task.WhenAll([server.StopAsync(grace.Token), .. services.Select(service => service.StopAsync(grace.Token))]);
            lifetime.NotifyStopped();
        }
        finally
        {
            foreach (var signal in signals)
                signal.Dispose();
        }
    }

    private static async Task ListenAsync(HttpServer server, CancellationToken cancellationToken)
    {
        try
        {
            await server.StartAsync(cancellationToken);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or SocketException)
        {
            throw new ServiceException($"cnm-cni serve cannot start: {ErrorDescription.OfFile(refused)}", refused);
        }
    }

    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true; // Not the end of the process: the calls that run are finished first.
        lifetime.StopApplication();
    }

    private async Task StoppingAsync()
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStopping.UnsafeRegister(_ => stopping.TrySetResult(), null);
        await stopping.Task;
    }

    // Ends only when the service fails: without it the daemon would look healthy and do half of its work.
    private async Task FailureAsync(BackgroundService service)
    {
        try
        {
            await service.ExecuteTask!;
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // It was stopped.
        }
        catch (Exception failure)
        {
            logger.BackgroundFailed(failure, service.GetType().Name);
            return;
        }

        await StoppingAsync();
    }
}
