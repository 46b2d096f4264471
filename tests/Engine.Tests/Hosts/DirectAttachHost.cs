using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// Two stock chains, both attached in the sandbox: <c>pods</c>, whose addresses are reserved ahead, and <c>second</c>, whose addresses are
/// chosen when a container joins.
/// </summary>
public sealed class DirectAttachHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        [CniNetworks.FileName] = CniNetworks.StockChain,
        [CniNetworks.SecondFileName] = CniNetworks.SecondStockChain,
    },
    BridgeSettings = "repair: { interval: 2s, retryFirst: 500ms, orphanGrace: 1s }",
})
{
    /// <summary>With the null IPAM.</summary>
    public const string UnreservedNetwork = "second";

    public const string UnreservedGateway = "10.91.0.1";

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await CreateAsync(
            ["-d", "cni", "--ipam-driver", "cni", "--subnet", CniNetworks.Subnet, "--gateway", CniNetworks.Gateway, "--ipam-opt",
                "cni.network=pods", "-o", "cni.network=pods", "-o", "cni.attach=sandbox", Network], cancellationToken);
        await CreateAsync(["-d", "cni", "--ipam-driver", "null", "-o", "cni.network=second", "-o", "cni.attach=sandbox", UnreservedNetwork],
            cancellationToken);
        // Where Docker lets a network be joined in a sandbox only by connecting a running container, that needs another one to start on.
        await CreateAsync(["--internal", InternalNetwork], cancellationToken);
    }

    private async Task CreateAsync(IEnumerable<string> options, CancellationToken cancellationToken) =>
        (await Host.DockerAsync(["network", "create", .. options], cancellationToken)).EnsureSuccess();
}
