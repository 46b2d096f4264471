using Bridge.Soak.Totals;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Soak.Faults;

/// <summary>The daemons that are killed, and how they come back. A start that does not come about is tried again.</summary>
internal sealed class Engines(TestHost host, CommandTotals totals, EventLog events, TimeProvider timeProvider)
{
    private static readonly TimeSpan BetweenStarts = TimeSpan.FromMilliseconds(300);

    private Task _dockerStart = Task.CompletedTask;

    /// <summary>dockerd takes its time to come back, and nothing waits for it.</summary>
    public bool DockerIsStarting => !_dockerStart.IsCompleted;

    public Task DockerStart => _dockerStart;

    public Task KillBridgeAsync() => host.Bridge.KillAsync(CancellationToken.None);

    /// <summary>Asks it to end; it is killed when it does not.</summary>
    public async Task StopBridgeAsync()
    {
        var started = timeProvider.GetTimestamp();
        try
        {
            await host.Bridge.StopAsync(CancellationToken.None);
            totals.Ended("cnm-cni stop", "cnm-cni stop", timeProvider.GetElapsedTime(started), succeeded: true, "");
        }
        catch (TimeoutException)
        {
            totals.Ended("cnm-cni stop", "cnm-cni stop", timeProvider.GetElapsedTime(started), succeeded: false, "killed");
            await KillBridgeAsync();
        }
    }

    public Task KillDockerAsync() => host.Dockerd.KillAsync(CancellationToken.None);

    public Task StartBridgeAsync() => StartAsync(host.Bridge);

    public void BeginDockerStart() => _dockerStart = StartAsync(host.Dockerd);

    /// <summary>A power cut kills containerd too, and whatever was on its way.</summary>
    public async Task PowerCycleAsync()
    {
        try
        {
            await host.PowerCycleAsync(CancellationToken.None);
        }
        catch (Exception slow) when (slow is InvalidOperationException or TimeoutException)
        {
            events.Write($"the boot was not smooth: {slow.Message.Split('\n')[0]}");
            await RestoreAsync();
        }
    }

    /// <summary>Both are there, whatever happened before.</summary>
    public async Task RestoreAsync()
    {
        await _dockerStart;
        foreach (var daemon in (Daemon[])[host.Containerd, host.Bridge, host.Dockerd])
        {
            if (!daemon.IsRunning)
                await StartAsync(daemon);
        }
    }

    private async Task StartAsync(Daemon daemon)
    {
        var started = timeProvider.GetTimestamp();
        while (timeProvider.GetElapsedTime(started) < Patience.GivenUp)
        {
            if (await TryStartAsync(daemon))
            {
                totals.Ended($"{daemon.Name} start", $"{daemon.Name} start", timeProvider.GetElapsedTime(started), succeeded: true, "");
                return;
            }

            await Task.Delay(BetweenStarts, timeProvider);
        }

        totals.Ended($"{daemon.Name} start", $"{daemon.Name} start", timeProvider.GetElapsedTime(started), succeeded: false, "given up");
    }

    private async Task<bool> TryStartAsync(Daemon daemon)
    {
        try
        {
            await daemon.StartAsync(CancellationToken.None);
            return true;
        }
        catch (InvalidOperationException ended)
        {
            events.Write($"{daemon.Name} ended at its start: {string.Join(" | ", ended.Message.TrimEnd().Split('\n').TakeLast(3))}");
            return false;
        }
        catch (TimeoutException)
        {
            events.Write($"{daemon.Name} takes long to start");
            return daemon.Name != host.Dockerd.Name
                || await Eventually.IsTrueAsync(DockerAnswersAsync, Patience.GivenUp, CancellationToken.None);
        }
    }

    private async Task<bool> DockerAnswersAsync(CancellationToken cancellationToken) =>
        !host.Dockerd.IsRunning || (await host.DockerAsync(["version"], cancellationToken)).Succeeded;
}
