namespace Bridge.Engine.Tests.Hosts;

/// <summary>Addresses come from the chain, so it runs at CreateEndpoint.</summary>
public sealed class FragileUnreservedHost : FragileChainHost
{
    protected override IReadOnlyList<string> Ipam => Unreserved;
}
