using Bridge.Adapter.Settings;

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

    /// <summary>The settings with the socket at which a command finds the daemon.</summary>
    public static AdapterSettings Reached(AdapterSettings settings) => settings with { Socket = SocketFor(settings.Socket) };

    /// <summary>
    /// Where a command finds the daemon: at the socket of the settings, or else, where no file is, at that of a managed plugin. Connects to
    /// plugins only: to connect to a service manager's socket would start the daemon.
    /// </summary>
    /// <param name="socket">The socket of the settings.</param>
    /// <param name="directory">Where Docker keeps the sockets of plugins.</param>
    public static string SocketFor(string socket, string directory = Sockets) => File.Exists(socket) || !Directory.Exists(directory)
        ? socket
        : Directory.EnumerateDirectories(directory, "*", new EnumerationOptions())
            .Select(plugin => Path.Combine(plugin, Path.GetFileName(socket)))
            .FirstOrDefault(other => IdOf(other) is not null && File.Exists(other) && UnixSocketHttp.IsServed(other)) ?? socket;
}
