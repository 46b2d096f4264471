using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.Repair.Inspections;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Repair;

/// <summary>
/// The background of the daemon: first what the previous process could not finish; then, at intervals and after events, retries and a pass.
/// </summary>
internal sealed class RepairLoop(
    StartupRecovery startup, CleanupRunner cleanups, RepairPass pass, DockerNames names, RepairSignal signal,
    AdapterSettings settings, TimeProvider timeProvider, ILogger<RepairLoop> logger) : BackgroundService
{
    // Events come in bursts: several for one start of a container. One pass afterwards serves them all.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // The socket must not wait for clean-ups.
        await GuardedAsync(startup.FinishInterruptedAsync, stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await GuardedAsync(cleanups.RetryAsync, stoppingToken);
            await GuardedAsync(RunPassAsync, stoppingToken);
            await signal.WaitAsync(UntilNextPass(), timeProvider, stoppingToken);
            await Task.Delay(Settling, timeProvider, stoppingToken);
        }
    }

    private async Task RunPassAsync(CancellationToken cancellationToken)
    {
        var report = await pass.RunAsync(RepairTrigger.Background, cancellationToken);
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

    private TimeSpan UntilNextPass() => new[] { cleanups.UntilRetry, pass.UntilNextPass }.Min() switch
    {
        { } pause when pause < ShortestPause => ShortestPause,
        { } pause when pause < settings.Repair.Interval => pause,
        _ => settings.Repair.Interval,
    };

    private async Task GuardedAsync(Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        try
        {
            await step(cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            logger.RepairFailed(failure); // The loop must go on: without it, failed clean-ups would wait until the next start.
        }
    }
}
