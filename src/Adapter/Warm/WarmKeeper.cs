using Bridge.Adapter.Ipam;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Warm;

/// <summary>
/// The background of the warm pool. Takes over the warm attachments of the previous process; then manages each network whenever
/// something happens to its attachments, and at intervals. A network whose plugins hang does not delay the others.
/// </summary>
internal sealed class WarmKeeper(
    WarmPool pool, WarmUpkeep upkeep, WarmRelease release, WarmSignal signal, Journal journal, AttachmentGates gates,
    PluginPriority priority, AdapterSettings settings, TimeProvider timeProvider, ILogger<WarmKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);

    // By network, its loop. Only ExecuteAsync uses it.
    private readonly Dictionary<string, Task> _loops = new(StringComparer.Ordinal);

    /// <summary>Lets warm attachments stay, or removes them, as the settings say.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!settings.Warm.KeepAtShutdown)
            await GuardedAsync(() => release.ReleaseIdleAsync(_ => true, "cnm-cni is stopping").WaitAsync(cancellationToken));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // The socket must not wait for the pool.
        await TakeOverAsync();
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var networkId in Networks().Where(networkId => !_loops.TryGetValue(networkId, out var loop) || loop.IsCompleted))
                _loops[networkId] = FollowAsync(networkId, stoppingToken);

            try
            {
                await signal.WaitAsync(networkId: "", settings.Repair.Interval, timeProvider, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await Task.WhenAll(_loops.Values);
    }

    // What the previous process did not finish making is removed; the rest waits as after a container's end.
    private async Task TakeOverAsync()
    {
        foreach (var record in journal.Attachments.All.Where(record => record is { IsWarm: true, Phase: AttachmentPhase.Added }).ToArray())
        {
            var isComplete = record.AsMade is not null && record.BootId == BootId.Current();
            var configuration = journal.Reservations.Find(record.EndpointId)?.Configuration
                ?? WarmSupport.ConfigurationOf(CniRecord.Configuration(record));
            pool.TryAdd(new WarmEntry(record.EndpointId, record.NetworkId, record.CniNetwork,
                isComplete ? WarmState.Resting : WarmState.Leaving, configuration));
            if (!isComplete)
                await GuardedAsync(() => release.ReleaseAsync(record.EndpointId, "its making was cut off"));
        }

        // Docker does not know them, or it would have claimed an address.
        var unused = journal.Reservations.All.Where(record => Reservations.IsFree(record)
            && journal.UserOf(record.ContainerId) is not { Phase: AttachmentPhase.Added }).ToArray();
        foreach (var reservation in unused)
            await GuardedAsync(() => release.ReleaseAsync(reservation.ContainerId, "its making was cut off"));
    }

    private string[] Networks() =>
    [
        .. journal.ListedNetworks.Where(record => (record.Warm ?? settings.Warm.Size) > 0).Select(record => record.NetworkId)
            .Concat(pool.All.Select(entry => entry.NetworkId)).Distinct(),
    ];

    private async Task FollowAsync(string networkId, CancellationToken cancellationToken)
    {
        await Task.Yield();
        while (!cancellationToken.IsCancellationRequested && Networks().Contains(networkId))
        {
            try
            {
                var pause = await ServeAsync(networkId, cancellationToken);
                await signal.WaitAsync(networkId, pause > ShortestPause ? pause : ShortestPause, timeProvider, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<TimeSpan> ServeAsync(string networkId, CancellationToken cancellationToken)
    {
        using var turn = await gates.EnterAsync(WarmRelease.TurnOf(networkId), cancellationToken);
        try
        {
            using var lowered = priority.Lower(settings.Release.Niceness);
            return await upkeep.ServeAsync(networkId, cancellationToken);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            logger.UpkeepFailed(failure, networkId);
            return settings.Repair.Interval;
        }
    }

    // The others are taken over all the same.
    private async Task GuardedAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            logger.UpkeepFailed(failure, "of the previous process");
        }
    }
}
