using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Reload;

/// <summary>
/// The setting <c>reload.automatic</c>: reloads at the start, and after rules of nftables were removed or a link has left the host. The
/// kernel announces nothing of legacy iptables, bridge ports and sysctls; those are compared at each <c>repair.interval</c>, and with them
/// what a pass could not put back.
/// </summary>
internal sealed class ReloadWatch(
    Reloader reloader, HostInspection inspection, StandIns standIns, NetworkNamespace host, PluginPriority priority,
    AdapterSettings settings, TimeProvider timeProvider, ILogger<ReloadWatch> logger) : BackgroundService
{
    // A flush and what follows it (a reload of firewalld, a script that writes the rules again) are many events.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    // Between two passes at least: containers that come and go remove rules all the time. Longer while passes find something each time,
    // because then another program works against the plugins.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private const int ReceiveBuffer = 1024 * 1024;

    private readonly ReloadSignal _signal = new();

    // The firewall has to be read, whatever the links show.
    private bool _isRaised;

    private bool _hearsOfRules = true;

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

        using var watches = Watch();
        Raise(); // It may have been removed while cnm-cni was down.
        var pause = ShortestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            await _signal.WaitAsync(settings.Repair.Interval, timeProvider, stoppingToken);
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
        var reports = await reloader.RunAsync(reloader.All, dryRun: false, cancellationToken);
        if (reports.Any(report => report.Outcome is ReloadOutcome.Failed or ReloadOutcome.Skipped))
            Volatile.Write(ref _isRaised, true);

        return reports.Any(report => report.Missing.Count > 0);
    }

    // Without an event the firewall's tools are asked only where the kernel announces nothing.
    private bool IsDue()
    {
        var isRaised = Interlocked.Exchange(ref _isRaised, false);
        return isRaised || !_hearsOfRules || HasLegacyTables() || reloader.All.Any(Lacks);
    }

    private bool Lacks(AttachmentRecord record)
    {
        try
        {
            return inspection.WhyNot(record) is null && inspection.Missing(record, rules: null).Count > 0;
        }
        catch (IOException)
        {
            return true; // The pass reports it, and compares the others.
        }
    }

    private bool HasLegacyTables() => host.Run(() =>
        IptablesCalls.Tables(SocketCalls.AF_INET).Length + IptablesCalls.Tables(SocketCalls.AF_INET6).Length > 0);

    private void Raise()
    {
        Volatile.Write(ref _isRaised, true);
        _signal.Raise();
    }

    private Watches Watch()
    {
        var watches = new Watches();
        var links = host.Run(() => NetlinkListener.OpenForLinks(ReceiveBuffer));
        watches.Add("removed links", () => links.Receive() is not null, links.Stop, links, Raise);
        try
        {
            var rules = host.Run(FirewallListener.Open);
            watches.Add("removed firewall rules", rules.Receive, rules.Stop, rules, Raise);
        }
        catch (KernelException missing)
        {
            _hearsOfRules = false;
            logger.NoFirewallEvents(missing.Message);
        }

        return watches;
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
            Volatile.Write(ref _isRaised, true); // The event that began this pass does not come again: the next interval tries again.
            return true;
        }
    }
}

/// <summary>Something on the host was removed that attachments may need.</summary>
internal sealed class ReloadSignal : WakeUp;

/// <summary>Threads that wait for the kernel's messages.</summary>
internal sealed class Watches : IDisposable
{
    private readonly List<(Thread Thread, Action Stop, IDisposable Listener)> _watches = [];

    /// <param name="name">Of the thread.</param>
    /// <param name="receive">Waits for the next message; false when stopped.</param>
    /// <param name="stop">Lets <paramref name="receive"/> return.</param>
    /// <param name="listener">Disposed of at the end.</param>
    /// <param name="raise">Called after each message.</param>
    public void Add(string name, Func<bool> receive, Action stop, IDisposable listener, Action raise)
    {
        var thread = new Thread(() =>
        {
            while (receive())
                raise();
        })
        { IsBackground = true, Name = name };
        thread.Start();
        _watches.Add((thread, stop, listener));
    }

    public void Dispose()
    {
        foreach (var (thread, stop, listener) in _watches)
        {
            stop();
            thread.Join();
            listener.Dispose();
        }
    }
}
