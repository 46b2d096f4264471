using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>A node with Docker beside the runtime of its pods. cnm-cni comes as a pod.</summary>
public sealed class DaemonSetHost() : EngineHost(new TestHostOptions
{
    CniNetworks = Only(CniNetworks.StockChain),
    SharedMounts = true,
})
{
    public override bool RunsBridge => false;

    protected override Task FurnishAsync(CancellationToken cancellationToken) => Host.ImportBridgeImageAsync("0.1.0", cancellationToken);
}
