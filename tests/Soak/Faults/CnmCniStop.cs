using Bridge.Soak.Totals;

namespace Bridge.Soak.Faults;

/// <summary>SIGTERM to cnm-cni, and a restart when it has ended.</summary>
internal sealed class CnmCniStop(Engines engines, FaultTotals totals) : Fault
{
    public override int Weight => 8;

    public override async Task StrikeAsync(Random random, CancellationToken stop)
    {
        totals.Injected("cnm-cni: SIGTERM");
        await engines.StopBridgeAsync();
        await engines.StartBridgeAsync();
    }
}
