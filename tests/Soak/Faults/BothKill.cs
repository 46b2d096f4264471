using Bridge.Soak.Totals;

namespace Bridge.Soak.Faults;

/// <summary>kill -9 of dockerd and cnm-cni at once; either is restarted first.</summary>
internal sealed class BothKill(Engines engines, FaultTotals totals, TimeProvider timeProvider) : Fault
{
    private const int LongestLead = 1500;

    public override int Weight => 4;

    public override bool CanStrike => !engines.DockerIsStarting;

    public override async Task StrikeAsync(Random random, CancellationToken stop)
    {
        var isDockerFirst = random.Next(2) == 0;
        var lead = TimeSpan.FromMilliseconds(random.Next(LongestLead));
        totals.Killed("dockerd: kill -9", "with cnm-cni");
        totals.Killed("cnm-cni: kill -9", "with dockerd");
        await Task.WhenAll(engines.KillDockerAsync(), engines.KillBridgeAsync());
        if (isDockerFirst)
        {
            engines.BeginDockerStart();
            await Task.Delay(lead, timeProvider, CancellationToken.None);
            await engines.StartBridgeAsync();
        }
        else
        {
            await engines.StartBridgeAsync();
            engines.BeginDockerStart();
        }
    }
}
