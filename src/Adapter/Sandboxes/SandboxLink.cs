using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Sandboxes;

/// <summary>A link in the namespace in which it is: what is on it and around it, read and put back.</summary>
internal sealed class SandboxLink(NetworkNamespace sandbox, RouteNetlink netlink, LinkInfo link)
{
    public LinkInfo Info => link;

    /// <exception cref="IOException">There is something that could not be put back after a move.</exception>
    public LinkSnapshot Read()
    {
        var routes = netlink.Routes(link);
        if (routes.FirstOrDefault(route => route.Obstacle is not null) is { } immovable)
        {
            throw new IOException(
                $"could not record the routes of {link.Name} in {sandbox}: {immovable} {immovable.Obstacle}, which cannot be carried into the container's namespace. " +
                "Configure the CNI network without it.");
        }

        return new LinkSnapshot(link.Name, link.Mac, link.Mtu, link.Kind, link.PeerIndex)
        {
            Addresses = netlink.Addresses(link),
            Routes = routes,
            Rules = netlink.Rules(),
            Neighbours = netlink.Neighbours(link),
        };
    }

    /// <summary>Whether Docker has finished with the link: it brings it up after its addresses, and adds the routes it was told of after that.</summary>
    public bool IsConfiguredByDocker(LinkSnapshot snapshot)
    {
        if (!link.IsUp)
        {
            return false;
        }

        var present = netlink.Routes(link);
        return snapshot.Routes.Where(route => route.DockerCarries).All(route => present.Any(route.HasPlaceOf));
    }

    /// <summary>Adds to what Docker did what Docker cannot: nothing that is there is taken away, and no default route is chosen.</summary>
    public void Complete(LinkSnapshot snapshot)
    {
        SetMtu(snapshot);
        var present = netlink.Addresses(link);
        AddAddresses(snapshot, address => present.All(other => other.Address != address.Address));
        var beyondDocker = snapshot.Routes.Where(route => !route.IsKernel && !(route.IsDefault && route.Table == Rtnetlink.RT_TABLE_MAIN));
        AddRoutes(beyondDocker);
        AddRulesAndNeighbours(snapshot);
    }

    /// <summary>Makes link and namespace what they were when the snapshot was taken. Only for a namespace that is ours alone.</summary>
    public void Restore(LinkSnapshot snapshot)
    {
        if (link.Mac != snapshot.Mac && MacAddress.Parse(snapshot.Mac) is { } mac)
        {
            netlink.SetMac(link.Index, mac);
        }

        SetMtu(snapshot);
        if (!link.IsUp)
        {
            netlink.SetUp(link.Index);
        }

        var present = netlink.Addresses(link);
        AddAddresses(snapshot, address => !present.Any(other => (other.Address, other.PrefixLength) == (address.Address, address.PrefixLength)));

        // Some plugins take the route away that comes with an address, and put another in its place.
        foreach (var made in netlink.Routes(link).Where(route => route.IsKernel && !route.IsLinkLocal && !snapshot.Routes.Any(route.HasPlaceOf)))
        {
            netlink.RemoveRoute(link, made);
        }

        AddRoutes(snapshot.Routes.Where(route => !route.IsKernel));
        AddRulesAndNeighbours(snapshot);
    }

    /// <summary>Takes back what <see cref="Complete"/> left in the namespace and what does not go away with the link.</summary>
    public static void Withdraw(RouteNetlink netlink, LinkInfo? link, LinkSnapshot snapshot)
    {
        foreach (var rule in snapshot.Rules)
        {
            netlink.RemoveRule(rule.For(snapshot.IfName, link?.Name));
        }

        foreach (var route in snapshot.Routes.Where(route => !route.HasLink))
        {
            netlink.RemoveRoute(null, route);
        }
    }

    private void SetMtu(LinkSnapshot snapshot)
    {
        if (link.Mtu != snapshot.Mtu)
        {
            netlink.SetMtu(link.Index, snapshot.Mtu);
        }
    }

    private void AddAddresses(LinkSnapshot snapshot, Func<LinkAddress, bool> isMissing)
    {
        var missing = snapshot.Addresses.Where(isMissing).ToList();
        if (missing.Any(address => IPAddress.Parse(address.Address).AddressFamily == AddressFamily.InterNetworkV6))
        {
            EnableIPv6();
        }

        foreach (var address in missing)
        {
            netlink.AddAddress(link, address with { Label = address.Label?.Replace(snapshot.IfName, link.Name, StringComparison.Ordinal) });
        }
    }

    // A link that arrives in a namespace takes that namespace's default, and Docker switches IPv6 off where it has no address for it.
    private void EnableIPv6() => sandbox.Run(() =>
    {
        var setting = $"/proc/sys/net/ipv6/conf/{link.Name}/disable_ipv6";
        if (File.Exists(setting) && !File.ReadAllText(setting).StartsWith('0'))
        {
            File.WriteAllText(setting, "0");
        }

        return true;
    });

    // A gateway must be reachable before a route over it can be added.
    private void AddRoutes(IEnumerable<LinkRoute> routes)
    {
        var present = netlink.Routes(link);
        foreach (var route in routes.OrderBy(route => route.Gateway is not null).ThenBy(route => route.IsDefault))
        {
            var other = present.FirstOrDefault(route.HasPlaceOf);
            if (other is null)
            {
                netlink.AddRoute(link, route);
            }
            else if (!RouteNetlink.AreSame(link, route, other))
            {
                netlink.ReplaceRoute(link, route);
            }
        }
    }

    private void AddRulesAndNeighbours(LinkSnapshot snapshot)
    {
        foreach (var rule in snapshot.Rules)
        {
            netlink.AddRule(rule.For(snapshot.IfName, link.Name));
        }

        foreach (var neighbour in snapshot.Neighbours)
        {
            netlink.SetNeighbour(link, neighbour);
        }
    }
}
