using System.Globalization;
using CniInvoker;

namespace Bridge.Adapter.Service;

/// <summary>Checks the rights of this process at its start, because a missing one would fail a call half way.</summary>
internal static class ProcessRights
{
    /// <summary>
    /// Number of files that the daemon must be able to open: those of .NET and of the program, and a few for each running call. With fewer
    /// it dies during a call.
    /// </summary>
    public const long LeastFiles = 256;

    private const int CAP_NET_ADMIN = 12;
    private const int CAP_SYS_ADMIN = 21;

    /// <summary>
    /// Limit of open files; <see cref="long.MaxValue"/> where there is none, or it cannot be read (proc_pid_limits(5)).
    /// </summary>
    public static long MostFiles => Field("/proc/self/limits", "Max open files") is { } limits
        && long.TryParse(limits.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var soft)
            ? soft
            : long.MaxValue;

    /// <summary>To be called first: without files nothing of the program can be loaded.</summary>
    /// <exception cref="ServiceException">There are too few.</exception>
    public static void RequireFiles()
    {
        if (MostFiles is < LeastFiles and var most)
        {
            throw new ServiceException(
                $"cnm-cni serve may open {most} files, and needs at least {LeastFiles}. Raise the limit (ulimit -n; LimitNOFILE= in a " +
                "systemd unit).");
        }
    }

    /// <param name="socket">Where the daemon would listen.</param>
    /// <inheritdoc cref="RequireRoot(string, string)" path="/exception"/>
    public static void RequireRoot(string socket) => RequireRoot("serve", $"it makes network namespaces and listens at {socket}");

    /// <param name="command">The command that needs it.</param>
    /// <param name="reason">What it does, as a clause.</param>
    /// <exception cref="ServiceException">The process is not root, or lacks a capability, as in an ordinary container
    /// (capabilities(7)).</exception>
    public static void RequireRoot(string command, string reason)
    {
        if (LibC.EffectiveUser() != 0)
            throw new ServiceException($"cnm-cni {command} needs root: {reason}. Start it as root, for instance with sudo.");

        var missing = MissingCapabilities();
        if (missing.Count > 0)
        {
            throw new ServiceException(
                $"cnm-cni {command} lacks {string.Join(" and ", missing)}, as in a container. It creates network namespaces and " +
                "configures networks of the host; run it on the host itself, or give it these capabilities and the host's namespaces.");
        }
    }

    /// <summary>The capabilities that the daemon needs and this process lacks; none where the kernel does not tell.</summary>
    public static IReadOnlyList<string> MissingCapabilities()
    {
        if (Field("/proc/self/status", "CapEff:") is not { } text
            || !ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var held))
        {
            return [];
        }

        var needed = new[] { (Bit: CAP_SYS_ADMIN, Name: "CAP_SYS_ADMIN"), (Bit: CAP_NET_ADMIN, Name: "CAP_NET_ADMIN") };
        return [.. needed.Where(capability => (held >> capability.Bit & 1) == 0).Select(capability => capability.Name)];
    }

    private static string? Field(string file, string name)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
