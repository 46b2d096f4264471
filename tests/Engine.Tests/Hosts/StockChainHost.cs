using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>bridge with masquerade, host-local, portmap and firewall, with addresses that are reserved ahead.</summary>
public sealed class StockChainHost() : EngineHost(new TestHostOptions { CniNetworks = Only(CniNetworks.StockChain) });
