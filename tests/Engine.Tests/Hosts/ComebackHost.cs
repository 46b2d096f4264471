using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>The stock chain, and a daemon that soon believes Docker that a network is gone.</summary>
public sealed class ComebackHost() : EngineHost(new TestHostOptions
{
    CniNetworks = Only(CniNetworks.StockChain),
    BridgeSettings = "repair: { interval: 1s, orphanGrace: 1s }",
});
