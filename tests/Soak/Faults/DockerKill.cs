using Bridge.Soak.Totals;

namespace Bridge.Soak.Faults;

/// <summary>kill -9 of dockerd; while it comes back, which takes seconds, other faults happen.</summary>
internal sealed class DockerKill(Engines engines, FaultTotals totals) : Fault
{
    public override int Weight => 6;

    public override bool CanStrike => !engines.DockerIsStarting;

    public override Task Aftermath => engines.DockerStart;

    public override async Task StrikeAsync(Random random, CancellationToken stop)
    {
        totals.Killed("dockerd: kill -9");
        await engines.KillDockerAsync();
        engines.BeginDockerStart();
    }
}
