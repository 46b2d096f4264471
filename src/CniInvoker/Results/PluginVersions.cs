namespace CniInvoker;

/// <summary>A plugin's answer to VERSION (SPEC §5 "VERSION Success").</summary>
/// <param name="CniVersion">The version that the answer is written in.</param>
/// <param name="Supported">The versions that the plugin understands.</param>
public sealed record PluginVersions(string CniVersion, IReadOnlyList<string> Supported);
