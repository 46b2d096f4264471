using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Reload;

/// <summary>
/// The setting <c>reload.automatic</c>: reloads at the start, and after rules of nftables were removed or a link has left the host. The
/// kernel announces nothing of legacy iptables, bridge ports and sysctls; those are compared at each <c>repair.interval</c>, and with them
/// what a pass could not put back.
/// </summary>
internal sealed class ReloadWatch(
    Reloader reloader, HostInspection inspection, HostRemovals removals, ReloadSignal signal, StandIns standIns, PluginPriority priority,
    AdapterSettings settings, TimeProvider timeProvider, ILogger<ReloadWatch> logger) : BackgroundService
{
    // A flush and what follows it (a reload of firewalld, a script that writes the rules again) are many events.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    // Between two passes at least: containers that come and go remove rules all the time. Longer while passes find something each time,
    // because then another program works against the plugins.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    // The firewall has to be read, whatever the links show: it may have changed while cnm-cni was down.
    private bool _isRaised = true;

    private long _heard;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // The socket must not wait.
        await GuardedAsync(() =>
        {
            standIns.Sweep();
            return Task.FromResult(false);
        });
        if (!settings.Reload.Automatic)
            return;

        removals.Listen();
        signal.Raise();
        var pause = ShortestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            await signal.WaitAsync(settings.Repair.Interval, timeProvider, stoppingToken);
            await Task.Delay(Settling, timeProvider, stoppingToken);
            var hasFound = await GuardedAsync(() => PassAsync(stoppingToken));
            pause = !hasFound ? ShortestPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            await Task.Delay(pause, timeProvider, stoppingToken);
        }
    }

    private async Task<bool> PassAsync(CancellationToken cancellationToken)
    {
        if (!IsDue())
            return false;

        using var low = priority.Lower(settings.Release.Niceness);
        var (reports, _) = await reloader.RunAsync(inspection.All, dryRun: false, cancellationToken);
        if (reports.Any(report => report.Outcome is ReloadOutcome.Failed or ReloadOutcome.Skipped))
            _isRaised = true;

        return reports.Any(report => report.Missing.Count > 0);
    }

    // Without an event the firewall's tools are asked only where the kernel announces nothing.
    private bool IsDue()
    {
        var heard = removals.Count;
        var isRaised = _isRaised || heard != _heard;
        (_isRaised, _heard) = (false, heard);
        return isRaised || removals.MayBeSilent || inspection.All.Any(inspection.MayLackLinks);
    }

    private async Task<bool> GuardedAsync(Func<Task<bool>> step)
    {
        try
        {
            return await step();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            logger.ReloadFailed(failure);
            _isRaised = true; // The event that began this pass does not come again: the next interval tries again.
            return true;
        }
    }
}
