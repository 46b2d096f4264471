using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Cnm;

namespace Bridge.Adapter.Ipam;

/// <summary>
/// One family of a CNI network's addresses, as Docker keeps it. The pool id contains everything (<c>pods/10.88.0.0/16</c>), so a pool needs
/// no record, and Docker's pools stay valid when the state directory is new.
/// </summary>
/// <param name="CniNetwork">Name of the CNI network.</param>
/// <param name="Subnet">What Docker shows as the subnet.</param>
internal sealed record CniPool(string CniNetwork, IPNetwork Subnet)
{
    public string Id => $"{CniNetwork}/{Subnet}";

    public bool IsIPv6 => Subnet.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;

    /// <exception cref="CnmException">It is not an <see cref="Id"/>.</exception>
    public static CniPool Parse(string poolId) =>
        TryParse(poolId) ?? throw new CnmException("Unknown PoolID: it was not issued by this driver. Nothing was changed.");

    public static CniPool? TryParse(string poolId)
    {
        var slash = poolId.IndexOf('/');
        return slash > 0 && IPNetwork.TryParse(poolId[(slash + 1)..], out var subnet) ? new CniPool(poolId[..slash], subnet) : null;
    }
}

/// <summary>Docker's request of an address for an endpoint.</summary>
/// <param name="Pool">The family, and whose addresses.</param>
/// <param name="Address">The requested one; null for any.</param>
/// <param name="Mac">The MAC that Docker chose for the endpoint.</param>
/// <param name="ContainerName">Docker sends it from version 29 on.</param>
internal sealed record AddressRequest(CniPool Pool, IPAddress? Address, string? Mac, string? ContainerName)
{
    /// <summary>In CIDR notation, as plugins expect it.</summary>
    public string? Cidr => Address is null ? null : $"{Address}/{Pool.Subnet.PrefixLength}";
}

/// <summary>
/// Pools that Docker requested lately. They answer two questions that a call alone does not: which of two CNI networks with one subnet a
/// network is made for (CreateNetwork does not repeat the IPAM options), and whether Docker repeats a request, which it does endlessly
/// while the subnet overlaps something on the host.
/// </summary>
internal sealed class PoolRequests
{
    /// <summary>
    /// So many requests of one pool are a loop: Docker holds the earlier answers while it repeats, and nobody makes so many networks at
    /// once.
    /// </summary>
    public const int Endless = 8;

    private readonly Lock _lock = new();

    // Guarded by _lock, in order.
    private readonly List<CniPool> _pools = [];

    /// <returns>How often the pool was requested since the last network was made or failed.</returns>
    public int Add(CniPool pool)
    {
        lock (_lock)
        {
            _pools.Add(pool);
            return _pools.Count(other => other == pool);
        }
    }

    public void Settle()
    {
        lock (_lock)
            _pools.Clear();
    }

    /// <summary>The CNI network of the latest pool with this subnet; null when there is none since <see cref="Settle"/>.</summary>
    public string? LastNetworkOf(string subnet)
    {
        lock (_lock)
            return _pools.LastOrDefault(pool => pool.Subnet.ToString() == subnet)?.CniNetwork;
    }
}
