namespace Bridge.Adapter.Docker;

/// <summary>A network as Docker lists it.</summary>
/// <param name="Id">Its id of 64 digits.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Driver">Who makes its interfaces: <c>bridge</c>, <c>cni</c>, …</param>
/// <param name="Options">What was given with <c>-o</c>.</param>
/// <param name="IpamDriver">Who chooses addresses: <c>default</c>, <c>null</c>, …</param>
/// <param name="IpamOptions">What was given with <c>--ipam-opt</c>.</param>
/// <param name="Labels">What was given with <c>--label</c>.</param>
internal sealed record DockerNetwork(
    string Id,
    string Name,
    string Driver,
    IReadOnlyDictionary<string, string> Options,
    string IpamDriver,
    IReadOnlyDictionary<string, string> IpamOptions,
    IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>Made with <c>--internal</c>.</summary>
    public bool Internal { get; init; }

    /// <summary>Made with <c>--ipv6</c>.</summary>
    public bool IPv6 { get; init; }

    /// <summary>The subnets, and their gateways where Docker shows them; empty with the null IPAM.</summary>
    public IReadOnlyList<(string Subnet, string? Gateway)> Pools { get; init; } = [];
}
