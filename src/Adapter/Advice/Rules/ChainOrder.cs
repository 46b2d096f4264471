using Bridge.Adapter.State;

namespace Bridge.Adapter.Advice.Rules;

/// <summary>Plugins that cannot follow each other, and helper plugins that do nothing as they stand.</summary>
internal sealed class ChainOrder : FileRule
{
    // They take the result of the plugin before them, and fail without one (plugins/meta/portmap/main.go and the like).
    private static readonly string[] NeedResult = ["portmap", "firewall", "bandwidth"];

    private static readonly string[] Rates = ["ingressRate", "egressRate"];

    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject)
    {
        NetworkPlugin[] makers = [.. file.Chain.Where(plugin => StockPlugins.Makers.Contains(plugin.Type))];
        if (makers is [var first, var second, ..])
        {
            yield return file.Error(
                $"is {second.Type}, and {first.Place} is {first.Type}: each makes the container's interface, so ADD of the second fails. " +
                "Put it into a network of its own", second.Place);
        }

        if (makers is [var maker, ..])
        {
            foreach (var early in file.Chain.TakeWhile(plugin => plugin != maker).Where(plugin => plugin.Is(NeedResult)))
            {
                yield return file.Warning(
                    $"is {early.Type}, which needs the result of {maker.Type}: other runtimes fail there. Move it behind {maker.Type}",
                    early.Place);
            }
        }

        foreach (var note in file.Plugins.Select(plugin => Idle(file, plugin)).OfType<Note>())
            yield return note;
    }

    private static Note? Idle(NetworkFile file, NetworkPlugin plugin) => plugin.Type switch
    {
        "portmap" when !Capabilities.Of(plugin).Contains("portMappings") => file.Warning(
            "is portmap without \"capabilities\": {\"portMappings\": true}, so it publishes no ports: add that", plugin.Place),
        "bandwidth" when !Capabilities.Of(plugin).Contains("bandwidth") && Rates.All(rate => plugin.Json[rate] is null) => file.Warning(
            "is bandwidth without rates and without \"capabilities\": {\"bandwidth\": true}, so it limits nothing: add one of them",
            plugin.Place),
        _ => null,
    };
}
