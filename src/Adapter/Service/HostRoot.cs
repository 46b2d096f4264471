using System.Runtime.InteropServices;
using Bridge.Adapter.Settings;
using CniInvoker;

namespace Bridge.Adapter.Service;

/// <summary>
/// The host's file system, for a cnm-cni in a container (setting <c>pluginRoot</c>). It becomes the root directory of the process before
/// anything else is read: every path is then the host's, and so are plugins, iptables, and the kernel's files in /proc/sys, which a
/// container may only read. The container provides the program, its libraries, its settings file and the socket alone.
/// </summary>
internal static partial class HostRoot
{
    /// <summary>The settings in force, and the host's root directory from then on where they have <c>pluginRoot</c>.</summary>
    /// <param name="file">The settings file that the user named; null: the usual one, which may be absent.</param>
    /// <exception cref="SettingsException">The file cannot be read or understood.</exception>
    /// <exception cref="ServiceException">The host's file system cannot be entered.</exception>
    public static AdapterSettings Load(string? file) => file is null
        ? Enter(SettingsFile.Load(SettingsFile.DefaultPath, mustExist: false), SettingsFile.DefaultPath)
        : Enter(SettingsFile.Load(file, mustExist: true), hostFile: null);

    /// <summary>Does nothing without the setting.</summary>
    /// <param name="settings">Of the container's settings file.</param>
    /// <param name="hostFile">The host's settings file, which replaces the container's if it exists; null: it does not count.</param>
    /// <returns>The settings in force, with the path that the socket has on the host.</returns>
    /// <exception cref="ServiceException">The host's file system is not there, or may not become the root.</exception>
    /// <exception cref="SettingsException">The host's settings file is invalid.</exception>
    private static AdapterSettings Enter(AdapterSettings settings, string? hostFile)
    {
        if (settings.PluginRoot is not { } root)
            return settings;

        var sockets = Path.GetDirectoryName(settings.Socket)!;
        var mounted = LibC.TryStat(sockets, out var status) ? status.Identity : (FileIdentity?)null;
        Require(root);
        if (chroot(root) != 0)
            throw new ServiceException($"pluginRoot: {LibC.Failure($"make {root} the root directory").Message}. {Advice}");

        Environment.CurrentDirectory = "/";
        var found = hostFile is null || LibC.KindOf(hostFile) is null ? settings : SettingsFile.Load(hostFile, mustExist: true);
        return found with { PluginRoot = root, Socket = Path.Combine(OnHost(sockets, mounted), Path.GetFileName(settings.Socket)) };
    }

    private const string Advice = "This needs root and CAP_SYS_CHROOT.";

    // In a directory that is not a host's root, no plugin would be found, and namespaces would be mounted where nobody sees them.
    private static void Require(string root)
    {
        string[] needed = [root, Path.Combine(root, "proc/self/ns"), Path.Combine(root, "etc")];
        var missing = needed.FirstOrDefault(path => !Directory.Exists(path));
        if (missing is not null)
        {
            throw new ServiceException(
                $"pluginRoot: {missing} is not there. Mount the host's file system at {root}, with all mounts below it (rbind), and let " +
                "the container share the host's process ids.");
        }
    }

    /// <summary>The host's name of the directory that the container has at this path. What the container lacks is the host's.</summary>
    private static string OnHost(string directory, FileIdentity? identity) =>
        identity is null ? directory : Candidates(directory).FirstOrDefault(
            place => LibC.TryStat(place, out var found) && found.Identity == identity)
            ?? throw new ServiceException(
                $"socket: the container's directory {directory} is not on the host, so Docker would not find the socket there. Mount the " +
                $"host's {directory} there, or nothing.");

    private static IEnumerable<string> Candidates(string directory) => Directory.Exists(ManagedPlugin.Sockets)
        ? Directory.EnumerateDirectories(ManagedPlugin.Sockets).Prepend(directory)
        : [directory];

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chroot(string path);
}
