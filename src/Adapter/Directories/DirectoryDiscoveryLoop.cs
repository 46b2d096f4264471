using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Directories;

/// <summary>Wakes <see cref="DirectoryDiscoveryLoop"/> when a configuration directory may have changed.</summary>
internal sealed class DirectorySignal : WakeUp;

/// <summary>Refreshes <see cref="DirectoryDiscovery"/> when configurations of a container runtime come or go, and at intervals.</summary>
internal sealed class DirectoryDiscoveryLoop(
    DirectoryDiscovery discovery, DirectoryChoice choice, DirectorySignal signal, AdapterSettings settings, TimeProvider timeProvider,
    ILogger<DirectoryDiscoveryLoop> logger)
    : BackgroundService
{
    // A file is written in several steps.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!choice.IsSettled && !stoppingToken.IsCancellationRequested)
        {
            // Watch before the directories are read, so that no change is missed.
            var changes = choice.Candidates(discovery.Current.Runtimes)
                .Select(directory => DirectoryChanges.Watch(directory, signal.Raise)).ToArray();
            try
            {
                await RefreshAsync(stoppingToken);
                await signal.WaitAsync(settings.Repair.Interval, timeProvider, stoppingToken);
                await Task.Delay(Settling, timeProvider, stoppingToken);
            }
            finally
            {
                foreach (var watched in changes)
                    watched.Dispose();
            }
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await discovery.RefreshAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            logger.DirectoriesNotFound(failure); // The loop outlives a failed pass.
        }
    }
}
