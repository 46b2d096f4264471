using Bridge.Adapter.Service;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Control;

/// <summary>
/// Keeps the service manager informed: that we are ready, as soon as we listen and know what an earlier process left; how many networks and
/// attachments there are; that we are alive, as long as we are; that we end.
/// </summary>
internal sealed class ServiceReports(
    ServiceEnvironment environment, Notifications notifications, Pulse pulse, Journal journal, IHostApplicationLifetime lifetime, TimeProvider timeProvider, ILogger<ServiceReports> logger)
    : BackgroundService
{
    // Without a watchdog; with one it is half of its patience.
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(10);

    private string Status
    {
        get
        {
            var attachments = journal.Attachments.All;
            var pending = attachments.Count(record => record.Phase == AttachmentPhase.Deleting)
                + journal.Reservations.All.Count(record => record.Phase == ReservationPhase.Releasing);
            return $"STATUS=Networks: {journal.ListedNetworks.Count()}, attachments: {attachments.Count}, clean-ups pending: {pending}";
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

        await notifications.SendAsync(["STOPPING=1", "STATUS=Ending; containers keep their networks"], CancellationToken.None);
    }

    // Half of the service manager's patience is over when we ask, and nearly all when we give up: one late answer is no reason to be ended.
    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        if (environment.Watchdog is not { } watchdog)
        {
            await notifications.SendAsync([Status], cancellationToken);
        }
        else if (await pulse.BeatsAsync(watchdog * 0.45, cancellationToken))
        {
            await notifications.SendAsync(["WATCHDOG=1", Status], cancellationToken);
        }
        else
        {
            logger.NoPulse(watchdog.TotalSeconds);
            await notifications.SendAsync(["STATUS=Does not answer on its own socket"], cancellationToken);
        }
    }

    // The last thing to start is the web server, and what came before it has read the journal.
    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }
}
