using Bridge.Soak.Stage;
using Bridge.Soak.Totals;

namespace Bridge.Soak.Faults;

/// <summary>
/// A plugin fails at every ADD and DEL: with an error, by a signal, with garbage, or by hanging; before its work or after it.
/// </summary>
internal sealed class PluginFailure(FaultyPlugins plugins, FaultTotals totals, TimeProvider timeProvider) : TimedFault(timeProvider)
{
    public override int Weight => 18;

    protected override Task<Action> BreakAsync(Random random)
    {
        var name = FaultyPlugins.Names[random.Next(FaultyPlugins.Names.Count)];
        var way = FaultyPlugins.Ways[random.Next(FaultyPlugins.Ways.Count)];
        var afterWork = random.Next(2) == 0;
        totals.Injected($"plugin: {way}", $"{name}, {(afterWork ? "after" : "before")} its work");
        plugins.Fail(name, afterWork, way);
        return Task.FromResult<Action>(() => plugins.Mend(name));
    }
}
