using System.Net;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Reachability;

/// <summary>The host's own addresses and routes.</summary>
/// <param name="Addresses">Of all its links that are up, without loopback and link-local ones.</param>
/// <param name="Routes">Of the main table.</param>
internal sealed record HostView(IReadOnlyList<IPAddress> Addresses, IReadOnlyList<LinkRoute> Routes)
{
    public static HostView Read(NetworkNamespace host)
    {
        using var netlink = host.OpenNetlink();
        List<IPAddress> addresses = [];
        List<LinkRoute> routes = [.. netlink.RoutesOfNoLink()];
        foreach (var link in netlink.Links().Where(link => link is { IsUp: true, Index: not LinkInfo.Loopback }))
        {
            addresses.AddRange(netlink.Addresses(link).Where(address => address.Scope == RouteScope.Universe)
                .Select(address => IPAddress.Parse(address.Address)));
            routes.AddRange(netlink.Routes(link));
        }

        return new HostView(addresses, routes);
    }

    /// <summary>Whether a route other than the default one leads to the address.</summary>
    public bool HasRouteTo(IPAddress address) => Routes.Any(
        route => route is { IsDefault: false, HasLink: true } && IPNetwork.Parse(route.Destination).Contains(address));

    /// <summary>
    /// An address of the host for a container: in its own subnet, such as that of a bridge; else one that it can reach by its default
    /// route; null when it has neither.
    /// </summary>
    public IPAddress? AddressFor(Place place, IPFamily family) =>
        Addresses.FirstOrDefault(address => family.Has(address) && place.Subnets.Any(subnet => subnet.Contains(address)))
        ?? (place.DefaultRoutes.Contains(family) ? OnUplink(family) : null);

    /// <summary>The gateways of the host's default routes, without link-local ones, which only the host itself can reach.</summary>
    public IEnumerable<IPAddress> Gateways(IPFamily family) => Routes
        .Where(route => route.IsMainDefault && route.Gateway is not null).OrderBy(route => route.Metric)
        .Select(route => IPAddress.Parse(route.Gateway!))
        .Where(gateway => family.Has(gateway) && !gateway.IsIPv6LinkLocal).Distinct();

    // That of the subnet with the default gateway comes first: a gateway of another Docker network may be behind a firewall of Docker's.
    private IPAddress? OnUplink(IPFamily family)
    {
        var uplinks = Routes.Where(route => route.IsConnected).Select(route => IPNetwork.Parse(route.Destination))
            .Where(subnet => Gateways(family).Any(subnet.Contains)).ToArray();
        return Addresses.Where(address => family.Has(address))
            .OrderByDescending(address => uplinks.Any(subnet => subnet.Contains(address))).FirstOrDefault();
    }
}
