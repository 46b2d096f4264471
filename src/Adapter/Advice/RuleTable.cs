using Bridge.Adapter.Advice.Rules;

namespace Bridge.Adapter.Advice;

/// <summary>Every rule, in the order in which notes are shown within one severity.</summary>
internal static class RuleTable
{
    public static IReadOnlyList<IRule> All { get; } =
    [
        new FileForm(),
        new Placeholders(),
        new Versions(),
        new Names(),
        new ChainOrder(),
        new FieldTypes(),
        new UnknownFields(),
        new CapabilityNames(),
        new DelegateFields(),
        new MissingDelegates(),
        new MissingFiles(),
        new MissingMasters(),
        new PodSubnets(),
        new RangesOfDelegates(),
        new StaticAddresses(),
        new PublicSubnets(),
        new SharedSubnets(),
        new SharedBridges(),
        new HostRoutes(),
        new DockerSubnets(),
        new PluginNotes(),
    ];

    /// <summary>The notes of the rules, errors first, each once.</summary>
    public static IReadOnlyList<Note> Judge(Subject subject, Func<IRule, bool> applies) =>
    [
        .. All.Where(applies).SelectMany(rule => rule.Find(subject)).DistinctBy(note => (note.File, note.Message))
            .OrderBy(note => note.Severity),
    ];
}
