using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>bridge and host-local alone, with addresses from the chain.</summary>
public sealed class BareChainHost() : EngineHost(new TestHostOptions { CniNetworks = Only(CniNetworks.BareChain) })
{
    protected override IReadOnlyList<string> Ipam => Unreserved;
}
