using System.Net;

namespace Bridge.Adapter.Ipam;

/// <summary>What Docker says when it wants an address for an endpoint.</summary>
/// <param name="Pool">The family, and whose addresses.</param>
/// <param name="Address">The one that the user asked for; null for any.</param>
/// <param name="Mac">The MAC that Docker chose for the endpoint.</param>
/// <param name="ContainerName">Told by Docker from 29 on.</param>
internal sealed record AddressRequest(CniPool Pool, IPAddress? Address, string? Mac, string? ContainerName)
{
    /// <summary>In CIDR notation, as plugins want it.</summary>
    public string? Cidr => Address is null ? null : $"{Address}/{Pool.Subnet.PrefixLength}";
}
