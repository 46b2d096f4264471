using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Clusters;

/// <summary>
/// A host with the plugins of several clusters, as scripts: each makes in the kernel what the project's own plugin makes, and answers as
/// that does. Debian has none of these projects, and their agents need a cluster. One CNI network at a time, chosen by the test.
/// </summary>
public sealed class ClusterHost() : EngineHost(new TestHostOptions { CniNetworks = Only(CniNetworks.BareChain), CniPlugins = Plugins })
{
    public const string Lease = "10.110.0.0/24";
    public const string Gateway = "10.110.0.1";
    public const string LeaseFile = "/run/flannel/subnet.env";

    /// <summary>What the plugins were asked: a line with plugin, command and CNI_ARGS for each run.</summary>
    public const string Requests = "/run/cluster-requests";

    /// <summary>A directory with the projects' own plugins, which replace the scripts of the same name; null without one.</summary>
    private static string? Own => Environment.GetEnvironmentVariable("BRIDGE_CLUSTER_PLUGINS");

    private static IReadOnlyDictionary<string, string> Plugins
    {
        get
        {
            var directory = Path.Combine(AppContext.BaseDirectory, "Clusters", "Plugins");
            var common = File.ReadAllText(Path.Combine(directory, "common.sh"));
            return Directory.GetFiles(directory, "*.sh").Where(file => Path.GetFileName(file) != "common.sh")
                .ToDictionary(file => Path.GetFileNameWithoutExtension(file)!, file => common + File.ReadAllText(file));
        }
    }

    /// <summary>Writes flanneld's lease.</summary>
    public async Task LeaseAsync(string subnet, CancellationToken cancellationToken, string more = "")
    {
        var gateway = subnet.Replace(".0/", ".1/", StringComparison.Ordinal);
        Directory.CreateDirectory(Path.GetDirectoryName(Host.PathOf(LeaseFile))!);
        await File.WriteAllTextAsync(
            Host.PathOf(LeaseFile),
            $"FLANNEL_NETWORK=10.110.0.0/16\nFLANNEL_SUBNET={gateway}\n{more}FLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n", cancellationToken);
    }

    // containerd looks for plugins in one directory, which it shares with the machine.
    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await LeaseAsync(Lease, cancellationToken);
        foreach (var plugin in Own is { } own ? Directory.GetFiles(own) : [])
            File.Copy(plugin, Host.PathOf($"/opt/cni/bin/{Path.GetFileName(plugin)}"), overwrite: true);

        string[] both = ["mount", "-t", "overlay", "plugins", "-o", "lowerdir=/opt/cni/bin:/usr/lib/cni", "/usr/lib/cni"];
        (await Host.RunAsync(both, cancellationToken)).EnsureSuccess();
    }
}
