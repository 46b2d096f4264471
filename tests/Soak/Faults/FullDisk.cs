using Bridge.Soak.Stage;
using Bridge.Soak.Totals;

namespace Bridge.Soak.Faults;

/// <summary>The disk of cnm-cni's state is full to the last byte.</summary>
internal sealed class FullDisk(StateDisk disk, FaultTotals totals, TimeProvider timeProvider) : TimedFault(timeProvider)
{
    public override int Weight => 6;

    protected override async Task<Action> BreakAsync(Random random)
    {
        totals.Injected("state disk: full");
        await disk.FillAsync(CancellationToken.None);
        return disk.Free;
    }
}
