using Bridge.TestHosts;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>The stock chain twice, for counting what one container costs: no background work of repair falls into the count.</summary>
public sealed class CountedHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        [CniNetworks.FileName] = CniNetworks.StockChain,
        [CniNetworks.SecondFileName] = CniNetworks.SecondStockChain,
    },
    BridgeSettings = "repair: { interval: 24h }",
})
{
    /// <summary>Attached in the sandbox.</summary>
    public const string SandboxNetwork = "second";

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await base.FurnishAsync(cancellationToken);
        await CreateNetworkAsync(
            ["--ipam-driver", "cni", "--ipam-opt", "cni.network=second", "--subnet", "10.91.0.0/24", "--gateway", "10.91.0.1",
                "-o", "cni.network=second", "-o", "cni.attach=sandbox", SandboxNetwork], cancellationToken);
        // What the plugins make once, and what they answer to VERSION, is there from now on.
        foreach (var network in Host.Engine >= EngineVersion.V28 ? [Network, SandboxNetwork] : (string[])[Network])
            (await Host.DockerAsync(["run", "--rm", "--network", network, "bridge-test", "true"], cancellationToken)).EnsureSuccess();

        await Host.CensusAsync(cancellationToken);
    }
}
