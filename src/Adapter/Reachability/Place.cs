using System.Net;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Reachability;

/// <summary>A network namespace of the test, as the kernel describes it.</summary>
/// <param name="Name">One of <see cref="Ends"/>.</param>
/// <param name="Network">Its creator disposes it.</param>
internal sealed record Place(string Name, NetworkNamespace Network)
{
    /// <summary>Without link-local ones.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>The families of which it has a default route.</summary>
    public IReadOnlyList<IPFamily> DefaultRoutes { get; init; } = [];

    /// <summary>The subnets on its interface.</summary>
    public IReadOnlyList<IPNetwork> Subnets { get; init; } = [];

    /// <summary>Of its interface, in bytes.</summary>
    public int Mtu { get; init; }

    public IPAddress? Address(IPFamily family) => Addresses.FirstOrDefault(address => family.Has(address));

    /// <param name="name">One of <see cref="Ends"/>.</param>
    /// <param name="network">The namespace.</param>
    /// <param name="ifname">The interface that counts.</param>
    /// <exception cref="IOException">There is no such interface.</exception>
    public static Place Read(string name, NetworkNamespace network, string ifname)
    {
        using var netlink = network.OpenNetlink();
        var link = netlink.FindLink(ifname) ?? throw new IOException($"{name} has no interface {ifname}");
        var addresses = netlink.Addresses(link).Where(address => address.Scope == RouteScope.Universe).ToArray();
        var routes = netlink.Routes(link);
        return new Place(name, network)
        {
            Addresses = [.. addresses.Select(address => IPAddress.Parse(address.Address))],
            DefaultRoutes = [.. IPFamilies.All.Where(family => routes.Any(
                route => route.IsMainDefault && route.IsIPv6 == (family == IPFamily.IPv6)))],
            Subnets = [.. routes.Where(route => route.IsConnected).Select(route => IPNetwork.Parse(route.Destination))],
            Mtu = link.Mtu,
        };
    }
}
