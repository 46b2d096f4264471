namespace Bridge.Conformance;

/// <summary>
/// What version 1.1.0 of the specification demands in its sections 1 to 5: every "must", "must not" and "required", each in one row even where
/// the specification says it twice, and the steps of section 3, which are commands without those words.
/// </summary>
internal static partial class Requirements
{
    public static IReadOnlyList<Requirement> All { get; } =
        [.. NetworkConfigurationFormat, .. ExecutionProtocol, .. Operations, .. Lifecycle, .. Attaching, .. RequestConfiguration, .. Delegation, .. ResultTypes];

    private static Requirement OfRuntime(string section, string id, string text) => new(section, id, Duty.Runtime, text);

    private static Requirement OfFormat(string section, string id, string text, string otherwise) => new(section, id, Duty.Format, text) { Otherwise = otherwise };

    private static Requirement OfPlugin(string section, string id, string text, string otherwise) => new(section, id, Duty.Plugin, text) { Otherwise = otherwise };

    private static Requirement PluginsOwn(string section, string id, string text, string reason) => new(section, id, Duty.Plugin, text) { PluginsOwn = reason };
}
