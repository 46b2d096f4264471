namespace Bridge.Adapter.Directories;

/// <summary>The directories and the socket that cnm-cni uses at one moment.</summary>
/// <param name="ConfigurationDirectories">
/// First the one in force. In the others a network is found by its name, so that Docker networks live on when the first changes.
/// </param>
/// <param name="PluginDirectories">CNI_PATH.</param>
/// <param name="CriSocket">The container runtime that is asked for pods; null when there is none.</param>
/// <param name="Reason">Why the first configuration directory is in force.</param>
/// <param name="Runtimes">The container runtimes of this host.</param>
internal sealed record FoundDirectories(
    IReadOnlyList<string> ConfigurationDirectories, IReadOnlyList<string> PluginDirectories, string? CriSocket, string Reason,
    IReadOnlyList<LocatedRuntime> Runtimes)
{
    /// <summary>The one in force.</summary>
    public string ConfigurationDirectory => ConfigurationDirectories[0];

    /// <summary>Whether plugins and networks are found in the same places.</summary>
    public bool UsesSameAs(FoundDirectories other) =>
        ConfigurationDirectory == other.ConfigurationDirectory && CriSocket == other.CriSocket
            && PluginDirectories.SequenceEqual(other.PluginDirectories, StringComparer.Ordinal);
}
