namespace Bridge.Adapter.State;

/// <summary>What `docker network create` told us: which CNI network this Docker network stands for, and how its containers get addresses.</summary>
/// <param name="NetworkId">Docker's network id.</param>
/// <param name="CniNetwork">Name of the CNI network (a conflist's <c>name</c>).</param>
/// <param name="Ipam">Who chooses addresses.</param>
internal sealed record NetworkRecord(string NetworkId, string CniNetwork, IpamMode Ipam) : IRecord
{
    public int Version { get; init; } = RecordKinds.Network.CurrentVersion;

    /// <summary><c>--internal</c>: containers get no default route.</summary>
    public bool Internal { get; init; }

    /// <summary><c>--ipv6</c>: Docker gives containers an IPv6 address as well, unless they are to have none.</summary>
    public bool IPv6 { get; init; }

    public AttachMode Attach { get; init; }

    /// <summary>
    /// The options <c>cni.args.*</c> and <c>cni.bandwidth.*</c> as they were given: what an endpoint gets that does not say otherwise.
    /// </summary>
    public IReadOnlyDictionary<string, string> EndpointDefaults { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Since when Docker has not listed the network; null while it does. Docker may be running on another data directory and come back to this one, and
    /// never gives an id twice: such a record is no network, and becomes one again when Docker has it or makes an endpoint on it.
    /// </summary>
    public DateTimeOffset? UnlistedSince { get; init; }

    string IRecord.Id => NetworkId;
}

/// <summary>The IPAM driver that `docker network create` was given.</summary>
internal enum IpamMode
{
    /// <summary><c>--ipam-driver null</c>: the CNI network's own IPAM chooses, when the chain runs.</summary>
    Null,

    /// <summary>
    /// Docker's own, with a subnet that fits the CNI network: Docker chooses, and the address is imposed on the CNI network's IPAM.
    /// </summary>
    Docker,

    /// <summary><c>--ipam-driver cni</c>: the CNI network's own IPAM reserves an address before the chain runs.</summary>
    Cni,
}
