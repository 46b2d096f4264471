using System.Net;

namespace Bridge.Adapter.Docker;

/// <summary>A network as Docker lists it.</summary>
/// <param name="Id">Its id of 64 digits.</param>
/// <param name="Name">Its name.</param>
/// <param name="Driver">The network driver: <c>bridge</c>, <c>cni</c>, …</param>
/// <param name="Options">Options given with <c>-o</c>.</param>
/// <param name="IpamDriver">The driver that chooses addresses: <c>default</c>, <c>null</c>, …</param>
/// <param name="IpamOptions">Options given with <c>--ipam-opt</c>.</param>
/// <param name="Labels">Labels given with <c>--label</c>.</param>
internal sealed record DockerNetwork(
    string Id,
    string Name,
    string Driver,
    IReadOnlyDictionary<string, string> Options,
    string IpamDriver,
    IReadOnlyDictionary<string, string> IpamOptions,
    IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>Created with <c>--internal</c>.</summary>
    public bool Internal { get; init; }

    /// <summary>Created with <c>--ipv6</c>.</summary>
    public bool IPv6 { get; init; }

    /// <summary>The subnets, and their gateways where Docker shows them; empty with the null IPAM.</summary>
    public IReadOnlyList<(string Subnet, string? Gateway)> Pools { get; init; } = [];
}

/// <summary>
/// The endpoints of a network as Docker lists them at this moment. A new endpoint is listed some time after its creation.
/// </summary>
/// <param name="NetworkId">The network's id.</param>
/// <param name="NetworkName">The network's name.</param>
/// <param name="Containers">Endpoint id → its container.</param>
internal sealed record DockerNetworkEndpoints(string NetworkId, string NetworkName, IReadOnlyDictionary<string, DockerContainer> Containers)
{
    public DockerContainer? Find(string endpointId) => Containers.GetValueOrDefault(endpointId);
}

/// <param name="Name">Its name, without a leading slash.</param>
/// <param name="Id">Its id of 64 digits; null until Docker has finished the Join.</param>
internal sealed record DockerContainer(string Name, string? Id);

/// <summary>The parameters of a network to create.</summary>
/// <param name="Name">Its name, which must be free.</param>
/// <param name="Driver">The network driver.</param>
/// <param name="Options">As with <c>-o</c>.</param>
/// <param name="IpamDriver">The driver that chooses addresses.</param>
/// <param name="IpamOptions">As with <c>--ipam-opt</c>.</param>
/// <param name="Labels">As with <c>--label</c>.</param>
/// <param name="Subnets">As with <c>--subnet</c> and <c>--gateway</c>, at most one of each family. Docker refuses a gateway outside of its
/// subnet.</param>
internal sealed record NewNetwork(
    string Name,
    string Driver,
    IReadOnlyDictionary<string, string> Options,
    string IpamDriver,
    IReadOnlyDictionary<string, string> IpamOptions,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<(IPNetwork Subnet, IPAddress? Gateway)> Subnets)
{
    /// <summary>False for a network without IPv4, which Docker supports from version 28.</summary>
    public bool IPv4 { get; init; } = true;

    public bool IPv6 { get; init; }

    /// <summary>As with <c>--internal</c>.</summary>
    public bool Internal { get; init; }
}
