using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// The stock chain on a host where dockerd made DROP the policy of the FORWARD chain, as on a machine that was not a Kubernetes node
/// before.
/// </summary>
public sealed class DropPolicyHost() : EngineHost(
    new TestHostOptions { CniNetworks = Only(CniNetworks.StockChain), ForwardsPackets = false });
