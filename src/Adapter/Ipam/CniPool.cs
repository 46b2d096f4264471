using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Cnm;

namespace Bridge.Adapter.Ipam;

/// <summary>
/// One family of a CNI network's addresses, as Docker keeps it: the pool id says all of it (<c>pods/10.88.0.0/16</c>), so that nothing need
/// be remembered for a pool, and a Docker with old networks and a bridge with a new state directory understand each other.
/// </summary>
/// <param name="CniNetwork">Name of the CNI network.</param>
/// <param name="Subnet">What Docker shows as the subnet.</param>
internal sealed record CniPool(string CniNetwork, IPNetwork Subnet)
{
    public string Id => $"{CniNetwork}/{Subnet}";

    public bool IsIPv6 => Subnet.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;

    /// <exception cref="CnmException">It is not an id that <see cref="Id"/> makes.</exception>
    public static CniPool Parse(string poolId) => TryParse(poolId) ?? throw new CnmException("PoolID is none that this driver gave out. Nothing was done.");

    /// <summary>As <see cref="Parse"/>, with null instead of a refusal.</summary>
    public static CniPool? TryParse(string poolId)
    {
        var slash = poolId.IndexOf('/');
        return slash > 0 && IPNetwork.TryParse(poolId[(slash + 1)..], out var subnet) ? new CniPool(poolId[..slash], subnet) : null;
    }
}
