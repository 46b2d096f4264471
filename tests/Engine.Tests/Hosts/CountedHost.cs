using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>The stock chain a few times, for counting what a container costs: no background work of repair falls into the count.</summary>
public sealed class CountedHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        [CniNetworks.FileName] = CniNetworks.StockChain,
        [CniNetworks.SecondFileName] = CniNetworks.SecondStockChain,
        [CniNetworks.ThirdFileName] = CniNetworks.ThirdStockChain,
    },
    BridgeSettings = "repair: { interval: 24h }\nwarm: { rest: 10m }",
})
{
    /// <summary>Attached in the sandbox.</summary>
    public const string SandboxNetwork = "second";

    /// <summary>With warm attachments that are used again; the next container gets another one.</summary>
    public const string WarmNetwork = "warm";

    /// <summary>The same, attached in the sandbox.</summary>
    public const string WarmSandboxNetwork = "warmsandbox";

    private static readonly string[] Warm = ["-o", "cni.network=third", "-o", "cni.warm=4", "-o", "cni.warm.reuse=true"];

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await base.FurnishAsync(cancellationToken);
        await CreateNetworkAsync(
            ["--ipam-driver", "cni", "--ipam-opt", "cni.network=second", "--subnet", "10.91.0.0/24", "--gateway", "10.91.0.1",
                "-o", "cni.network=second", "-o", "cni.attach=sandbox", SandboxNetwork], cancellationToken);
        await CreateNetworkAsync(["--ipam-driver", "cni", "--ipam-opt", "cni.network=third", .. Warm, WarmNetwork], cancellationToken);
        await CreateNetworkAsync(["--ipam-driver", "null", "-o", "cni.attach=sandbox", .. Warm, WarmSandboxNetwork], cancellationToken);
        // What the plugins make once, and what they answer to VERSION, is there from now on.
        foreach (var network in Host.Engine >= EngineVersion.V28 ? [Network, SandboxNetwork] : (string[])[Network])
            (await Host.DockerAsync(["run", "--rm", "--network", network, "bridge-test", "true"], cancellationToken)).EnsureSuccess();

        await WarmView.ReadyAsync(Host, 8, cancellationToken);
        await Host.CensusAsync(cancellationToken);
    }
}
