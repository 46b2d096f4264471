using Bridge.Adapter.Docker;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Repair;

/// <summary>The background of the daemon: interrupted work first, then, by events and at intervals, retries and the comparison with Docker.</summary>
internal sealed class RepairLoop(
    Repairer repairer, ReservationRepair reservations, DockerComparison comparison, DockerNames names, RepairSignal signal, RetryTimes retries, Journal journal,
    AdapterSettings settings, TimeProvider timeProvider, ILogger<RepairLoop> logger) : BackgroundService
{
    // Events come in bursts, one container start is several; one look afterwards serves them all.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // The socket must not wait for the past to be tidied up.
        await GuardedAsync(repairer.FinishInterruptedAsync, stoppingToken);
        await GuardedAsync(reservations.FinishInterruptedAsync, stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await GuardedAsync(repairer.RetryAsync, stoppingToken);
            await GuardedAsync(reservations.RetryAsync, stoppingToken);
            await GuardedAsync(CompareAsync, stoppingToken);
            await signal.WaitAsync(UntilNextRound(), timeProvider, stoppingToken);
            await Task.Delay(Settling, timeProvider, stoppingToken);
        }
    }

    private async Task CompareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await comparison.RunAsync(cancellationToken);
            await reservations.ReleaseForgottenAsync(cancellationToken);
            if (!names.EngineReachable)
            {
                names.EngineReachable = true;
                logger.DockerAnswers(settings.DockerSocket);
            }
        }
        catch (DockerUnreachableException unreachable)
        {
            if (names.EngineReachable)
            {
                names.EngineReachable = false;
                logger.DockerSilent(settings.DockerSocket, unreachable.Reason);
            }
        }
    }

    private TimeSpan UntilNextRound()
    {
        var now = timeProvider.GetUtcNow();
        var pauses = journal.Attachments.All.Where(record => record.Phase == AttachmentPhase.Deleting).Select(record => retries.Due(record.EndpointId) - now);
        if (reservations.NextLook is { } look)
        {
            pauses = pauses.Append(look - now);
        }

        var soonest = comparison.SomethingIsMissing ? pauses.Prepend(settings.Repair.OrphanGrace) : pauses;
        var pause = soonest.Prepend(settings.Repair.Interval).Min();
        return pause > TimeSpan.FromMilliseconds(100) ? pause : TimeSpan.FromMilliseconds(100);
    }

    private async Task GuardedAsync(Func<CancellationToken, Task> round, CancellationToken cancellationToken)
    {
        try
        {
            await round(cancellationToken);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            // The loop outlives any one round: without it, clean-ups would stay undone until the next start.
            logger.RepairFailed(failure);
        }
    }
}
