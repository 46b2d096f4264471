using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>The stock chain, with a Docker network that nobody created.</summary>
public sealed class AutoNetworksHost() : EngineHost(new TestHostOptions
{
    CniNetworks = Only(CniNetworks.StockChain),
    BridgeSettings = """
        autoNetworks: true
        repair: { orphanGrace: 1s }
        """,
})
{
    protected override Task FurnishAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
