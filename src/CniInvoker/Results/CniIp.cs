using System.Net;

namespace CniInvoker;

/// <summary>An address that was given to the container.</summary>
/// <param name="Address">The address itself, host bits and all.</param>
/// <param name="PrefixLength">How many of its bits are the subnet's.</param>
/// <param name="Gateway">The subnet's gateway, if it has one.</param>
/// <param name="InterfaceIndex">The index in <see cref="CniResult.Interfaces"/>; plugins sometimes leave it out or give one that does not
/// exist.</param>
public sealed record CniIp(IPAddress Address, int PrefixLength, IPAddress? Gateway, long? InterfaceIndex);
