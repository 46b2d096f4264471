using Bridge.TestHosts;
using Bridge.TestHosts.Engines;

namespace Bridge.Soak.Stage;

/// <summary>
/// A test host with CNI networks of the stock chain: two Docker networks on the first, which it shares with pods, and one on each other;
/// with plugins that can be made to fail, and a small disk for the state of cnm-cni.
/// </summary>
internal sealed class SoakStage : IAsyncDisposable
{
    /// <summary>The Docker network whose addresses are reserved ahead, by the chain's own IPAM plugin.</summary>
    public const string Reserved = "reserved";

    /// <summary>The Docker network whose addresses come from the chain, when the container starts.</summary>
    public const string Unreserved = "unreserved";

    /// <summary>
    /// One like <see cref="Reserved"/> on another bridge and subnet: what containers of either of the others can be connected to as well.
    /// </summary>
    public const string Second = "second";

    /// <summary>
    /// One whose chain runs in the container's own namespace, or whose interface cnm-cni moves there; from Docker 28 on, where a container
    /// can start on it.
    /// </summary>
    public const string Direct = "direct";

    public const string Image = "bridge-test";

    // Repair retries quickly, so that the run can end soon; plugins that hang are killed before Docker's own time-out.
    private const string BridgeSettings = $$"""
        pluginDirectories: [{{Paths.Plugins}}]
        timeouts: { add: 5s, delete: 5s, terminationGrace: 500ms }
        repair: { interval: 2s, retryFirst: 200ms, retryLongest: 2s }
        """;

    private static readonly string[] OwnIpam = ["--ipam-driver", "cni"];

    private SoakStage(TestHost host)
    {
        Host = host;
        Disk = new StateDisk(host);
        Plugins = new FaultyPlugins(host);
    }

    public TestHost Host { get; }

    /// <summary>All that containers can be started on.</summary>
    public IReadOnlyList<string> Networks => Host.Engine >= EngineVersion.V28
        ? [Reserved, Unreserved, Second, Direct]
        : [Reserved, Unreserved, Second];

    public StateDisk Disk { get; }

    public FaultyPlugins Plugins { get; }

    public static async Task<SoakStage> SetAsync(CancellationToken cancellationToken)
    {
        var host = await TestHost.StartAsync(
            new TestHostOptions
            {
                CniNetworks = new Dictionary<string, string>
                {
                    [CniNetworks.FileName] = CniNetworks.StockChain,
                    [CniNetworks.SecondFileName] = CniNetworks.SecondStockChain,
                    [CniNetworks.ThirdFileName] = CniNetworks.ThirdStockChain,
                },
                BridgeSettings = BridgeSettings,
            },
            cancellationToken);
        var stage = new SoakStage(host);
        try
        {
            await stage.Plugins.InstallAsync(cancellationToken);
            await stage.Disk.MountAsync(cancellationToken);
            await host.Bridge.StartAsync(cancellationToken);
            await stage.CreateNetworksAsync(cancellationToken);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// One container with a port on each network and one pod have come and gone: what plugins make once and keep is there.
    /// </summary>
    public async Task VisitAsync(CancellationToken cancellationToken)
    {
        foreach (var network in Networks)
            (await Host.DockerAsync(
                ["run", "--rm", "--network", network, "--publish", "80", Image, "true"], cancellationToken)).EnsureSuccess();

        var pod = await Host.Pods.RunAsync($"visitor-{Guid.NewGuid():N}", ["sleep", "infinity"], cancellationToken);
        await pod.RemoveAsync(cancellationToken);
    }

    /// <summary>Restarts cnm-cni, which keeps this many warm attachments for each Docker network from now on.</summary>
    public async Task KeepWarmAsync(int count, CancellationToken cancellationToken)
    {
        await Host.Bridge.StopAsync(cancellationToken);
        Host.WriteBridgeSettings($"{BridgeSettings}\nwarm: {{ size: {count}, reuse: true, rest: 1s }}\n");
        await Host.Bridge.StartAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private async Task CreateNetworksAsync(CancellationToken cancellationToken)
    {
        string[] reserved = ["--ipam-opt", $"cni.network={CniNetworks.Name}", "--subnet", CniNetworks.Subnet, "--gateway",
            CniNetworks.Gateway, Reserved];
        string[] second = ["--ipam-opt", $"cni.network={CniNetworks.SecondName}", Second];
        string[] unreserved = ["--ipam-driver", "null", "-o", $"cni.network={CniNetworks.Name}", Unreserved];
        string[] direct = ["--ipam-opt", $"cni.network={CniNetworks.ThirdName}", "-o", "cni.attach=sandbox", Direct];
        string[][] all = [[.. OwnIpam, .. reserved], [.. OwnIpam, .. second], unreserved, [.. OwnIpam, .. direct]];
        foreach (var options in all.Where(options => Networks.Contains(options[^1])))
            (await Host.DockerAsync(["network", "create", "-d", "cni", .. options], cancellationToken)).EnsureSuccess();
    }
}
