using System.Globalization;
using System.Text.RegularExpressions;

namespace Bridge.HostileRequests.Checks;

/// <summary>
/// A trace of the daemon's system calls, and which of them change a file where the daemon has no business. What plugins do is theirs.
/// </summary>
internal static partial class SystemCalls
{
    public const string Traced = "%file,%network,%process";

    private static readonly string[] Allowed =
        ["/run/cnm-cni/", "/run/cnm-cni\"", "/run/docker/plugins/", "/var/lib/cnm-cni/", "/proc/self/", "/proc/thread-self/",
            "/proc/sys/net/", "/dev/null", "/run/containerd/containerd.sock", "/var/run/docker.sock"];

    private static readonly string[] Changing =
        ["mkdir", "mkdirat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "link", "linkat", "symlink", "symlinkat",
            "chmod", "fchmodat", "chown", "truncate", "mount", "umount2", "mknod", "mknodat", "bind", "connect"];

    /// <returns>The forbidden lines, and the number of the daemon's lines that were checked.</returns>
    public static (IReadOnlyList<string> Strange, int Looked) Read(IEnumerable<string> trace)
    {
        var strange = new List<string>();
        var plugins = new HashSet<int>();
        var looked = 0;
        foreach (var line in trace)
        {
            if (Parts().Match(line) is not { Success: true } parts)
                continue;

            var process = int.Parse(parts.Groups["pid"].Value, CultureInfo.InvariantCulture);
            var call = parts.Groups["call"].Value;
            if (call == "execve"
                || (call.Contains("fork", StringComparison.Ordinal) | call.StartsWith("clone", StringComparison.Ordinal)
                && plugins.Contains(process)))
            {
                plugins.Add(call == "execve" ? process : Child(line) ?? process);
            }
            // What it was asked is in the line before.
            else if (!plugins.Contains(process) && !line.Contains(" resumed>", StringComparison.Ordinal))
            {
                looked++;
                if (Changes(call, line) && !Allowed.Any(allowed => line.Contains(allowed, StringComparison.Ordinal)))
                    strange.Add(line);
            }
        }

        return (strange, looked);
    }

    private static int? Child(string line) =>
        Result().Match(line) is { Success: true } result ? int.Parse(result.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    // Connections that have no path are netlink's; those of a made-up network are none. A packet socket tells a container's neighbours its
    // MAC.
    private static bool Changes(string call, string line) => call switch
    {
        "open" or "openat" or "creat" =>
            line.Contains("O_WRONLY", StringComparison.Ordinal) || line.Contains("O_RDWR", StringComparison.Ordinal)
                || line.Contains("O_CREAT", StringComparison.Ordinal),
        "bind" or "connect" =>
            !line.Contains("AF_NETLINK", StringComparison.Ordinal) && !line.Contains("AF_UNSPEC", StringComparison.Ordinal)
                && !line.Contains("AF_PACKET", StringComparison.Ordinal),
        _ => Changing.Contains(call),
    };

    [GeneratedRegex(@"^(?<pid>\d+)\s+(?:<\.\.\. )?(?<call>\w+)")]
    private static partial Regex Parts();

    [GeneratedRegex(@"= (\d+)$")]
    private static partial Regex Result();
}
