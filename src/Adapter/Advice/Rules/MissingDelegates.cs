namespace Bridge.Adapter.Advice.Rules;

/// <summary>Plugins that another plugin runs, and that are not installed. Those of the chain itself are asked for their versions.</summary>
internal sealed class MissingDelegates : FileRule
{
    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject) =>
        from plugin in file.Plugins
        where plugin.RunBy is not null
        from type in new[] { plugin.Type, plugin.IpamType }
        where !string.IsNullOrEmpty(type)
        let problem = subject.WhyMissing(type)
        where problem is not null
        select file.Error($"{plugin.RunBy!.Type} runs plugin {type} for {plugin.Place}, and {problem}");
}
