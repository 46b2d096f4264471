using Bridge.Soak.Totals;

namespace Bridge.Soak.Faults;

/// <summary>kill -9 of cnm-cni, and a restart up to two seconds later.</summary>
internal sealed class CnmCniKill(Engines engines, FaultTotals totals, TimeProvider timeProvider) : Fault
{
    private const int LongestAbsence = 2000;

    public override int Weight => 30;

    public override async Task StrikeAsync(Random random, CancellationToken stop)
    {
        var absence = TimeSpan.FromMilliseconds(random.Next(3) == 0 ? random.Next(LongestAbsence) : 0);
        totals.Killed("cnm-cni: kill -9");
        await engines.KillBridgeAsync();
        await Task.Delay(absence, timeProvider, CancellationToken.None);
        await engines.StartBridgeAsync();
    }
}
