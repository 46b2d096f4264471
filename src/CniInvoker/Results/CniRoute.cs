using System.Net;

namespace CniInvoker;

/// <summary>A route inside the container.</summary>
/// <param name="Destination">Where it leads; prefix length 0 for the default route.</param>
/// <param name="Gateway">The next hop; null for the gateway of the address of the same family, if there is one.</param>
/// <param name="Mtu">The path's MTU in bytes (from 1.1.0, as are the following: 64 bits wide as in Go, though the kernel takes 32).</param>
/// <param name="Priority">The metric.</param>
/// <param name="Table">The routing table.</param>
/// <param name="Scope">The scope by its number.</param>
/// <param name="AdvertisedMss">The MSS to advertise, in bytes.</param>
public sealed record CniRoute(
    IPNetwork Destination,
    IPAddress? Gateway,
    long? Mtu = null,
    long? Priority = null,
    long? Table = null,
    long? Scope = null,
    long? AdvertisedMss = null);
