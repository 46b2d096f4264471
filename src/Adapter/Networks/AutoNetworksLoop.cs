using Bridge.Adapter.Docker;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Networks;

/// <summary>
/// Keeps the networks in step as long as the daemon runs: when files change, when Docker comes back or loses a network, and at intervals.
/// </summary>
internal sealed class AutoNetworksLoop(
    AutoNetworks networks, NetworksSignal signal, AdapterSettings settings, TimeProvider timeProvider, ILogger<AutoNetworksLoop> logger) : BackgroundService
{
    // A file is written in several steps.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // Docker may be waiting for our socket while we would wait for Docker.
        while (!stoppingToken.IsCancellationRequested)
        {
            // Before the directory is read, so that no change falls in between.
            using var changes = DirectoryChanges.Watch(settings.ConfigurationDirectory, signal.Raise);
            await GuardedAsync(stoppingToken);
            await signal.WaitAsync(networks.SomethingIsGoing ? Shorter(settings.Repair.OrphanGrace) : settings.Repair.Interval, timeProvider, stoppingToken);
            await Task.Delay(Settling, timeProvider, stoppingToken);
        }
    }

    private TimeSpan Shorter(TimeSpan pause) => pause < settings.Repair.Interval ? pause : settings.Repair.Interval;

    private async Task GuardedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await networks.RunAsync(cancellationToken);
        }
        catch (DockerUnreachableException)
        {
            // dockerd is down or starting; the repair loop is the one that reports it, and a new connection wakes us.
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The loop outlives any one round, as that of repair does.
            logger.AutoNetworksFailed(failure);
        }
    }
}
