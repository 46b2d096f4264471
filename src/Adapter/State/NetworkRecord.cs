namespace Bridge.Adapter.State;

/// <summary>What `docker network create` told us: which CNI network this Docker network stands for, and how its containers get addresses.</summary>
/// <param name="NetworkId">Docker's network id.</param>
/// <param name="CniNetwork">Name of the CNI network (a conflist's <c>name</c>).</param>
/// <param name="Ipam">Who chooses addresses.</param>
internal sealed record NetworkRecord(string NetworkId, string CniNetwork, IpamMode Ipam) : IRecord
{
    public int Version { get; init; } = 1;

    string IRecord.Id => NetworkId;
}

/// <summary>The IPAM driver that `docker network create` was given.</summary>
internal enum IpamMode
{
    /// <summary><c>--ipam-driver null</c>: the CNI network's own IPAM chooses, when the chain runs.</summary>
    Null,

    /// <summary>Docker's own, with a subnet that fits the CNI network: Docker chooses, and the address is imposed on the CNI network's IPAM.</summary>
    Docker,
}
