using Bridge.Adapter.Docker;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Repair;

/// <summary>The background of the daemon: interrupted work first, then, by events and at intervals, retries and a look at everything.</summary>
internal sealed class RepairLoop(
    Repairer repairer, ReservationRepair reservations, RepairPass round, DockerNames names, RepairSignal signal,
    AdapterSettings settings, TimeProvider timeProvider, ILogger<RepairLoop> logger) : BackgroundService
{
    // Events come in bursts, one container start is several; one look afterwards serves them all.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // The socket must not wait for the past to be tidied up.
        await GuardedAsync(repairer.FinishInterruptedAsync, stoppingToken);
        await GuardedAsync(reservations.FinishInterruptedAsync, stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await GuardedAsync(repairer.RetryAsync, stoppingToken);
            await GuardedAsync(reservations.RetryAsync, stoppingToken);
            await GuardedAsync(LookAsync, stoppingToken);
            await signal.WaitAsync(UntilNextRound(), timeProvider, stoppingToken);
            await Task.Delay(Settling, timeProvider, stoppingToken);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var report = await round.RunAsync(RepairTrigger.Background, cancellationToken);
        Note(report.DockerFailure);
        foreach (var problem in report.Problems)
            logger.RepairFailed(problem);
    }

    private void Note(DockerException? failure)
    {
        var answers = failure is not DockerUnreachableException;
        if (failure is DockerUnreachableException unreachable && names.EngineReachable)
            logger.DockerSilent(settings.DockerSocket, unreachable.Reason);
        else if (failure is DockerRefusalException refusal)
            logger.RepairFailed(refusal);
        else if (answers && !names.EngineReachable)
            logger.DockerAnswers(settings.DockerSocket);

        names.EngineReachable = answers;
    }

    private TimeSpan UntilNextRound()
    {
        var soonest = new[] { repairer.UntilRetry, reservations.UntilRetry, round.UntilNextLook }.Min();
        return soonest switch
        {
            { } pause when pause < ShortestPause => ShortestPause,
            { } pause when pause < settings.Repair.Interval => pause,
            _ => settings.Repair.Interval,
        };
    }

    private async Task GuardedAsync(Func<CancellationToken, Task> round, CancellationToken cancellationToken)
    {
        try
        {
            await round(cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The loop outlives any one round: without it, clean-ups would stay undone until the next start.
            logger.RepairFailed(failure);
        }
    }
}
