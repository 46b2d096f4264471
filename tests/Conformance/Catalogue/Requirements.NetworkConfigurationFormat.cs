namespace Bridge.Conformance;

internal static partial class Requirements
{
    private const string Format = "§1 Configuration format";
    private const string Objects = "§1 Plugin configuration objects";
    private const string Versions = "§1 Version considerations";

    private static IReadOnlyList<Requirement> NetworkConfigurationFormat =>
    [
        OfFormat(Format, "name-characters", "A network's name starts with a letter or digit; behind it stand letters, digits, `_`, `.` and `-`.",
            "the file is refused, with line and value"),
        OfFormat(Format, "name-file-path", "A network's name holds nothing that a file path may not.", "the file is refused"),
        OfRuntime(Format, "disable-check", "No CHECK for a network with `disableCheck`."),
        OfRuntime(Format, "disable-gc", "No GC for a network with `disableGC`."),
        OfRuntime(Format, "beside-appended", "Unless `loadOnlyInlinedPlugins` is true, plugins from other sources stand behind those of the list."),
        OfRuntime(Format, "beside-merged",
            "The plugins of the directory that has the network's name are merged into its list. (The text demands it where `loadOnlyInlinedPlugins` is true, which contradicts that key's own description; done where it is false, as libcni does.)"),
        OfFormat(Format, "inlined-only-needs-plugins", "`loadOnlyInlinedPlugins` is not true where there is no `plugins`.", "the file is refused"),
        OfRuntime(Objects, "beside-unambiguous", "Each plugin from another source belongs to one network, and it is clear to which."),
        OfRuntime(Objects, "beside-validated", "Plugins from other sources are validated like those of the list."),
        OfRuntime(Objects, "beside-invoked", "Each of them that is valid is run."),
        OfRuntime(Objects, "additional-fields", "Fields of a plugin that the specification does not define reach the plugin unchanged."),
        OfRuntime(Objects, "unknown-fields", "Fields that nobody knows survive the making of a request from a configuration."),
        OfFormat(Objects, "type-required", "A plugin has a `type`.", "the file is refused"),
        OfFormat(Objects, "type-file-path", "A plugin's `type` holds nothing that a file name may not.", "the file is refused"),
        OfFormat(Objects, "ipam-type-file-path", "`ipam.type` holds nothing that a file name may not.", "the file is refused"),
        OfRuntime(Versions, "highest-version", "Of the versions in `cniVersion` and `cniVersions`, the highest that is supported is in force."),
        OfFormat(Versions, "major-compatible", "Within a major version the format stays compatible in both directions.",
            "fields of newer versions are kept, and a result is only relabelled"),
    ];
}
