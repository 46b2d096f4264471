using System.Text.Json.Nodes;

namespace Bridge.Adapter.Advice.Rules;

/// <summary>
/// Plugins that another plugin runs, and that are not installed or not named. Those of the chain itself are asked for their versions.
/// </summary>
internal sealed class MissingDelegates : FileRule
{
    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject) =>
        Uninstalled(file, subject).Concat(file.Plugins.Where(RunsNothing).Select(plugin => file.Error(
            "is multus, which has neither \"delegates\" nor \"clusterNetwork\": write the network that it is to run", plugin.Place)));

    private static bool RunsNothing(NetworkPlugin plugin) =>
        plugin.Type == "multus" && plugin.Json["clusterNetwork"] is null && plugin.Json["delegates"] is not JsonArray { Count: > 0 };

    private static IEnumerable<Note> Uninstalled(NetworkFile file, Subject subject) =>
        from plugin in file.Plugins
        where plugin.RunBy is not null
        from type in new[] { plugin.Type, plugin.IpamType }
        where !string.IsNullOrEmpty(type)
        let problem = subject.WhyMissing(type)
        where problem is not null
        select file.Error($"{plugin.RunBy!.Type} runs plugin {type} for {plugin.Place}, and {problem}");
}
