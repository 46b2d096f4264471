namespace Bridge.Engine.Tests.Hosts;

/// <summary>Addresses are reserved ahead, so the chain runs at Join.</summary>
public sealed class FragileReservedHost : FragileChainHost;
