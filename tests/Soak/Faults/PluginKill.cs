using Bridge.Soak.Totals;
using Bridge.TestHosts;

namespace Bridge.Soak.Faults;

/// <summary>kill -9 of a plugin that is running, or of a program that it has started.</summary>
internal sealed class PluginKill(TestHost host, FaultTotals totals, TimeProvider timeProvider) : Fault
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    private readonly PluginProcesses _processes = new(host);

    public override int Weight => 14;

    public override async Task StrikeAsync(Random random, CancellationToken stop)
    {
        var choice = random.Next();
        var started = timeProvider.GetTimestamp();
        do
        {
            if (_processes.All() is { Count: > 0 } running)
            {
                var (pid, name) = running[choice % running.Count];
                if ((await host.RunAsync(["kill", "-KILL", pid], stop)).Succeeded)
                    totals.Killed("plugin: kill -9", name);

                return;
            }

            await Task.Delay(BetweenLooks, timeProvider, stop);
        }
        while (timeProvider.GetElapsedTime(started) < LongestWait);
    }
}
