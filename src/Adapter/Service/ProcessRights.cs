using System.Globalization;

namespace Bridge.Adapter.Service;

/// <summary>What the kernel lets this process do: looked at before anything is begun, since what fails later fails in the middle of something.</summary>
internal static class ProcessRights
{
    /// <summary>
    /// How many files the daemon must be able to have open: the runtime's own and the program's, and a few for each call that is under way. Fewer end it
    /// in the middle of a call.
    /// </summary>
    public const long LeastFiles = 256;

    private const int CAP_NET_ADMIN = 12;
    private const int CAP_SYS_ADMIN = 21;

    /// <summary>How many files may be open; <see cref="long.MaxValue"/> where there is no limit, or it cannot be read.</summary>
    public static long MostFiles => Field("/proc/self/limits", "Max open files") is { } limits && long.TryParse(limits.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var soft)
        ? soft
        : long.MaxValue;

    /// <summary>The first thing of all: without files nothing of the program can be loaded.</summary>
    /// <exception cref="ServiceException">There are too few.</exception>
    public static void RequireFiles()
    {
        if (MostFiles is < LeastFiles and var most)
            throw new ServiceException($"cnm-cni serve may have {most} files open, and needs {LeastFiles} at least. Raise the limit (ulimit -n; LimitNOFILE= in a systemd unit).");
    }

    /// <exception cref="ServiceException">One is missing, as in an ordinary container.</exception>
    public static void RequireCapabilities()
    {
        if (Field("/proc/self/status", "CapEff:") is not { } text || !ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var held))
            return;

        string[] missing = [.. new[] { (CAP_SYS_ADMIN, "CAP_SYS_ADMIN"), (CAP_NET_ADMIN, "CAP_NET_ADMIN") }.Where(needed => (held >> needed.Item1 & 1) == 0).Select(needed => needed.Item2)];
        if (missing.Length > 0)
        {
            throw new ServiceException(
                $"cnm-cni serve lacks {string.Join(" and ", missing)}: it is root without root's rights, as in a container. It makes network namespaces and changes networks of the host; " +
                "run it on the host itself, or give it these capabilities and the host's namespaces.");
        }
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
