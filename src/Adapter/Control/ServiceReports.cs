using Bridge.Adapter.Service;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Control;

/// <summary>
/// Reports to the service manager: readiness, once the records of the previous process are loaded and the web server listens; the numbers
/// of networks and attachments; keep-alives; the end.
/// </summary>
internal sealed class ServiceReports(
    ServiceEnvironment environment, Notifications notifications, Watchdog watchdog, Journal journal, IHostApplicationLifetime lifetime,
    TimeProvider timeProvider, ILogger<ServiceReports> logger)
    : BackgroundService
{
    // Without a watchdog; with one it is half of its time limit, as sd_watchdog_enabled(3) recommends.
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(10);

    private string Status
    {
        get
        {
            var attachments = journal.Attachments.All.Where(record => !record.IsWarm || record.IsCleanupPending).ToArray();
            var pending = attachments.Count(record => record.Phase == AttachmentPhase.Deleting)
                + journal.Reservations.All.Count(record => record.Phase == ReservationPhase.Releasing);
            return $"STATUS=Networks: {journal.ListedNetworks.Count()}, attachments: {attachments.Length}, clean-ups pending: {pending}";
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await StartedAsync(stoppingToken);
            await notifications.SendAsync(["READY=1", Status], stoppingToken);
            using var timer = new PeriodicTimer(environment.Watchdog / 2 ?? StatusInterval, timeProvider);
            while (await timer.WaitForNextTickAsync(lifetime.ApplicationStopping))
                await ReportAsync(lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }

        await notifications.SendAsync(["STOPPING=1", "STATUS=Stopping; containers keep their networks"], CancellationToken.None);
    }

    // The test starts after half of the time limit and ends shortly before it, so that one late answer does not get the service killed.
    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        if (environment.Watchdog is not { } limit)
        {
            await notifications.SendAsync([Status], cancellationToken);
        }
        else if (await watchdog.AnswersAsync(limit * 0.45, cancellationToken))
        {
            await notifications.SendAsync(["WATCHDOG=1", Status], cancellationToken);
        }
        else
        {
            logger.NoPulse(limit.TotalSeconds);
            await notifications.SendAsync(["STATUS=Does not answer on its own socket"], cancellationToken);
        }
    }

    // The web server starts last, after the journal is loaded.
    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }
}
