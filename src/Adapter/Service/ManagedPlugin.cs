namespace Bridge.Adapter.Service;

/// <summary>
/// Sockets of managed plugins: Docker gives each plugin a directory, named by the plugin's id (moby plugin/manager_linux.go).
/// </summary>
internal static class ManagedPlugin
{
    /// <summary>Of all of them; in a plugin's own container its directory has this path.</summary>
    public const string Sockets = "/run/docker/plugins";

    // moby pkg/stringid: 64 hexadecimal digits.
    private const int IdLength = 64;

    /// <param name="socket">A path on the host.</param>
    /// <returns>The plugin's id; null when it is not the socket of a managed plugin.</returns>
    public static string? IdOf(string socket) =>
        Path.GetFileName(Path.GetDirectoryName(socket)) is { Length: IdLength } id && id.All(char.IsAsciiHexDigitLower) ? id : null;

    /// <summary>For a command on the host that finds nobody on its own socket.</summary>
    /// <param name="socket">The socket of the settings.</param>
    /// <param name="directory">Where Docker keeps the sockets of plugins.</param>
    /// <returns>A sentence with the socket of a managed plugin that answers, and what to do; null without one.</returns>
    public static string? AdviceFor(string socket, string directory = Sockets)
    {
        if (!Directory.Exists(directory))
            return null;

        var served = Directory.EnumerateDirectories(directory, "*", new EnumerationOptions())
            .Select(plugin => Path.Combine(plugin, Path.GetFileName(socket)))
            .FirstOrDefault(other => other != socket && IdOf(other) is not null && File.Exists(other) && UnixSocketHttp.IsServed(other));
        return served is null
            ? null
            : $"A managed plugin of Docker listens on {served}: run this command in the plugin's container (docs/managed-plugin.md), " +
                $"or with a settings file (--config) that has `socket: {served}`.";
    }
}
