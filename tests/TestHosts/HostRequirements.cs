using Bridge.TestHosts.Engines;
using Bridge.TestHosts.Machine;

namespace Bridge.TestHosts;

/// <summary>What a machine needs to run a test host.</summary>
public static class HostRequirements
{
    // The tools that set up a host, and the programs that it runs unless an engine's tree provides them.
    private static readonly string[] Tools = ["bash", "unshare", "nsenter", "busybox"];
    private static readonly string[] Programs = ["ip", "tc", "iptables"];
    private static readonly string[] EnginePrograms = ["runc", "containerd", "ctr", "dockerd", "docker"];

    /// <summary>The Debian packages whose versions decide how a host behaves.</summary>
    public static IReadOnlyList<string> Packages { get; } =
        ["docker.io", "containerd", "runc", "containernetworking-plugins", "iptables", "nftables", "iproute2"];

    private static readonly string[] PluginDirectories = ["/opt/cni/bin", "/usr/lib/cni"];

    /// <summary>The host's directory of the stock CNI plugins; null when they are not installed.</summary>
    public static string? PluginDirectory =>
        PluginDirectories.FirstOrDefault(directory => File.Exists(Path.Combine(EngineTree.Chosen?.Path + directory, "bridge")));

    /// <param name="withEngine">For a host with containerd and dockerd.</param>
    /// <returns>What is missing, as an error text; null when nothing is.</returns>
    public static string? Missing(bool withEngine = true)
    {
        if (!Environment.IsPrivilegedProcess)
            return "A test host needs root (namespaces, mounts): run the tests as root.";

        string[] ofMachine = withEngine ? [.. Programs, .. EnginePrograms] : Programs;
        var programs = EngineTree.Chosen is null ? [.. Tools, .. ofMachine] : Tools;
        var missing = programs.Where(program => FindProgram(program) is null).ToList();
        if (missing.Count > 0)
        {
            return $"A test host needs {string.Join(", ", missing)}: on Debian, `apt-get install docker.io containerd runc "
                + "containernetworking-plugins iptables iproute2 busybox-static util-linux`.";
        }

        if (EngineTree.Missing() is { } sentence)
            return sentence;

        return PluginDirectory is null
            ? $"A test host needs the stock CNI plugins in {string.Join(" or ", PluginDirectories)}: "
                + "on Debian, `apt-get install containernetworking-plugins`."
            : null;
    }

    /// <returns>What is missing for <see cref="TestHost.ComposeAsync"/>; null when nothing is.</returns>
    public static string? MissingForCompose()
    {
        if (EngineTree.Chosen is { } tree)
        {
            return Path.Exists(Path.Combine(tree.Path, "usr/bin/docker-compose"))
                ? null
                : $"docker-compose is not in {tree.Path}: "
                    + (tree.IsOwn ? "put it into usr/bin." : $"`{HostProcess.Script("make-tree.sh")} {tree.Engine}` makes that anew.");
        }

        return FindProgram("docker-compose") is null
            ? "docker-compose is not installed: on Debian, `apt-get install docker-compose`."
            : null;
    }

    /// <summary>The client of the engine's own package; a newer one in the path refuses some options of an older engine.</summary>
    internal static string DockerClient => EngineTree.Chosen is not null || File.Exists("/usr/bin/docker") ? "/usr/bin/docker" : "docker";

    internal static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin"])
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);

    /// <summary>Without it runc cannot lower a process's oom_score_adj, which pods ask for.</summary>
    internal static bool CanChangeOomScore => Capabilities.Has(Capabilities.SysResource);
}
