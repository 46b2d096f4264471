using Bridge.Adapter.Advice.Plugins;

namespace Bridge.Adapter.Advice.Rules;

/// <summary>What works with a known plugin, what it needs, and what it does without a pod.</summary>
internal sealed class PluginNotes : FileRule
{
    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject) => file.Plugins
        .SelectMany(plugin => KnownPlugins.Of(plugin))
        .Select(known => file.Remark(known.Sentence));
}
