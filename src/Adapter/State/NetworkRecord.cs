namespace Bridge.Adapter.State;

/// <summary>
/// The CNI network that a Docker network stands for, and how its containers get addresses: the options of `docker network create`.
/// </summary>
/// <param name="NetworkId">Docker's network id.</param>
/// <param name="CniNetwork">Name of the CNI network (a conflist's <c>name</c>).</param>
/// <param name="Ipam">Who chooses addresses.</param>
internal sealed record NetworkRecord(string NetworkId, string CniNetwork, IpamMode Ipam) : IRecord
{
    public int Version { get; init; } = RecordKinds.Network.CurrentVersion;

    /// <summary><c>--internal</c>: containers get no default route.</summary>
    public bool Internal { get; init; }

    /// <summary><c>--ipv6</c>: Docker requests an IPv6 address for each container too, unless IPv6 is off in it.</summary>
    public bool IPv6 { get; init; }

    public AttachMode Attach { get; init; }

    /// <summary>The options <c>cni.args.*</c> and <c>cni.bandwidth.*</c> as given: the defaults of the network's endpoints.</summary>
    public IReadOnlyDictionary<string, string> EndpointDefaults { get; init; } = new Dictionary<string, string>();

    /// <summary>Option <c>cni.warm</c>: how many warm attachments it keeps. Null: the setting <c>warm.size</c>.</summary>
    public int? Warm { get; init; }

    /// <summary>Option <c>cni.warm.reuse</c>. Null: the setting <c>warm.reuse</c>.</summary>
    public bool? WarmReuse { get; init; }

    /// <summary>
    /// Since when Docker has not listed the network; null while it does. dockerd may run on another data directory for a while, and never
    /// uses an id twice. The network counts again as soon as Docker lists it or makes an endpoint on it.
    /// </summary>
    public DateTimeOffset? UnlistedSince { get; init; }

    string IRecord.Id => NetworkId;
}

/// <summary>The IPAM driver that `docker network create` was given.</summary>
internal enum IpamMode
{
    /// <summary><c>--ipam-driver null</c>: the CNI network's IPAM plugin chooses, when the chain runs.</summary>
    Null,

    /// <summary>
    /// Docker's own, with a subnet that fits the CNI network: Docker chooses, and the IPAM plugin is asked for that address.
    /// </summary>
    Docker,

    /// <summary><c>--ipam-driver cni</c>: the CNI network's IPAM plugin reserves an address before the chain runs.</summary>
    Cni,
}
