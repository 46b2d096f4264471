using System.Net;

namespace Bridge.Adapter.Docker;

/// <summary>A network that Docker is to make.</summary>
/// <param name="Name">What people will call it; not taken yet.</param>
/// <param name="Driver">Who makes its interfaces.</param>
/// <param name="Options">As with <c>-o</c>.</param>
/// <param name="IpamDriver">Who chooses addresses.</param>
/// <param name="IpamOptions">As with <c>--ipam-opt</c>.</param>
/// <param name="Labels">As with <c>--label</c>.</param>
/// <param name="Subnets">As with <c>--subnet</c> and <c>--gateway</c>, at most one of each family; a gateway outside of its subnet cannot
/// be told.</param>
internal sealed record NewNetwork(
    string Name,
    string Driver,
    IReadOnlyDictionary<string, string> Options,
    string IpamDriver,
    IReadOnlyDictionary<string, string> IpamOptions,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<(IPNetwork Subnet, IPAddress? Gateway)> Subnets)
{
    /// <summary>False: no IPv4, which engines before 28 do not know.</summary>
    public bool IPv4 { get; init; } = true;

    public bool IPv6 { get; init; }

    /// <summary>As with <c>--internal</c>.</summary>
    public bool Internal { get; init; }
}
