namespace Bridge.Adapter.Ipam;

/// <summary>
/// Pools that Docker asked for lately. For two things a call alone does not tell: which of two CNI networks with one subnet a network is
/// being made for (CreateNetwork does not repeat the IPAM options), and that Docker asks the same again and again, which it does without
/// end while the subnet overlaps something on the host.
/// </summary>
internal sealed class PoolRequests
{
    /// <summary>Docker holds the earlier answers while it asks again; nobody makes so many networks at once.</summary>
    public const int Endless = 8;

    private readonly Lock _lock = new();

    // Guarded by _lock. The latest is the last.
    private readonly List<CniPool> _pools = [];

    /// <returns>How often the pool was asked for since the last network was made or given up.</returns>
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

    /// <summary>The CNI network that the subnet was last given out for; null when that was long ago.</summary>
    public string? LastNetworkOf(string subnet)
    {
        lock (_lock)
            return _pools.LastOrDefault(pool => pool.Subnet.ToString() == subnet)?.CniNetwork;
    }
}
