using Bridge.Soak.Totals;

namespace Bridge.Soak.Faults;

/// <summary>A power cut of the host, and a boot: rarely, since that takes long.</summary>
internal sealed class PowerCut(Engines engines, FaultTotals totals) : Fault
{
    public override int Weight => 1;

    public override bool CanStrike => !engines.DockerIsStarting;

    public override async Task StrikeAsync(Random random, CancellationToken stop)
    {
        totals.Injected("host: power cut");
        await engines.PowerCycleAsync();
    }
}
