namespace Bridge.Adapter.HostPorts;

/// <summary>A host port that the host's firewall leads to somebody else's container.</summary>
/// <param name="Protocol">tcp, udp or sctp.</param>
/// <param name="HostIp">The host address; 0.0.0.0 for all of IPv4, :: for all of IPv6.</param>
/// <param name="Port">The port.</param>
/// <param name="Holder">Whose it is: a CNI container id, or what the rule says.</param>
internal sealed record ForeignPort(string Protocol, string HostIp, int Port, string Holder);
