using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>bridge and host-local alone.</summary>
public sealed class BareChainHost() : EngineHost(new TestHostOptions { CniNetworks = Only(CniNetworks.BareChain) });
