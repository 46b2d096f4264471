using Bridge.Soak.Stage;
using Bridge.Soak.Totals;

namespace Bridge.Soak.Faults;

/// <summary>A plugin's file is gone, as it is while a package is replaced.</summary>
internal sealed class PluginLoss(FaultyPlugins plugins, FaultTotals totals, TimeProvider timeProvider) : TimedFault(timeProvider)
{
    public override int Weight => 5;

    protected override Task<Action> BreakAsync(Random random)
    {
        var name = FaultyPlugins.Names[random.Next(FaultyPlugins.Names.Count)];
        totals.Injected("plugin: vanished", name);
        plugins.Vanish(name);
        return Task.FromResult<Action>(() => plugins.Restore(name));
    }
}
