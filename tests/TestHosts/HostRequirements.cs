using Bridge.TestHosts.Machine;

namespace Bridge.TestHosts;

/// <summary>What a machine must offer before a test host can be started on it.</summary>
public static class HostRequirements
{
    private static readonly string[] Programs =
        ["bash", "unshare", "nsenter", "ip", "tc", "iptables", "runc", "containerd", "ctr", "dockerd", "docker", "busybox"];

    private static readonly string[] PluginDirectories = ["/opt/cni/bin", "/usr/lib/cni"];

    /// <summary>Where the stock CNI plugins are; null when they are not installed.</summary>
    public static string? PluginDirectory =>
        PluginDirectories.FirstOrDefault(directory => File.Exists(Path.Combine(directory, "bridge")));

    /// <returns>A sentence that says what is missing; null when nothing is.</returns>
    public static string? Missing()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "A test host needs root (namespaces, mounts): run the tests as root.";
        }

        var missing = Programs.Where(program => FindProgram(program) is null).ToList();
        if (missing.Count > 0)
        {
            return $"A test host needs {string.Join(", ", missing)}: on Debian, `apt-get install docker.io containerd runc "
                + "containernetworking-plugins iptables iproute2 busybox-static util-linux`.";
        }

        return PluginDirectory is null
            ? $"A test host needs the stock CNI plugins in {string.Join(" or ", PluginDirectories)}: "
                + "on Debian, `apt-get install containernetworking-plugins`."
            : null;
    }

    /// <summary>The client that came with the engine; a newer one elsewhere in the path refuses some options to an older engine.</summary>
    internal static string DockerClient => File.Exists("/usr/bin/docker") ? "/usr/bin/docker" : "docker";

    internal static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin"])
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);

    /// <summary>Without it runc cannot lower a process's oom_score_adj, which pods ask for.</summary>
    internal static bool CanChangeOomScore => Capabilities.Has(Capabilities.SysResource);
}
