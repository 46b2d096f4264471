using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Sandboxes;

/// <summary>A link in the namespace in which it is: what is on it and around it, read and put back.</summary>
internal sealed class SandboxLink(Sandbox sandbox, LinkInfo link)
{
    private readonly RouteNetlink _netlink = sandbox.Netlink;

    public LinkInfo Info => link;

    /// <exception cref="IOException">There is something that could not be put back after a move.</exception>
    public LinkSnapshot Read()
    {
        var routes = _netlink.Routes(link);
        if (routes.FirstOrDefault(route => route.Obstacle is not null) is { } immovable)
        {
            throw new IOException(
                $"could not record the routes of {link.Name} in {sandbox.Namespace}: {immovable} {immovable.Obstacle}, " +
                "which cannot be carried into the container's namespace. Configure the CNI network without it.");
        }

        return new LinkSnapshot(link.Name, link.Mac, link.Mtu, link.Kind, link.PeerIndex)
        {
            Addresses = _netlink.Addresses(link),
            Routes = routes,
            Rules = _netlink.Rules(),
            Neighbours = _netlink.Neighbours(link),
        };
    }

    /// <summary>
    /// Whether Docker has finished with the link: it brings it up after its addresses, and adds the routes it was told of after that.
    /// </summary>
    public bool IsConfiguredByDocker(LinkSnapshot snapshot)
    {
        if (!link.IsUp)
        {
            return false;
        }

        var present = _netlink.Routes(link);
        return snapshot.Routes.Where(route => route.DockerCarries).All(route => present.Any(route.HasPlaceOf));
    }

    /// <summary>Adds to what Docker did what Docker cannot: nothing that is there is taken away, and no default route is chosen.</summary>
    public void Complete(LinkSnapshot snapshot)
    {
        SetMtu(snapshot);
        var present = _netlink.Addresses(link);
        AddAddresses(snapshot, address => present.All(other => other.Address != address.Address));
        foreach (var address in snapshot.Addresses.Where(address => !snapshot.HasConnectedRoute(address)))
        {
            RestorePrefix(address, present);
        }

        var beyondDocker = snapshot.Routes.Where(route => !(route.IsDefault && route.Table == Rtnetlink.RT_TABLE_MAIN));
        foreach (var add in Additions(snapshot, beyondDocker))
        {
            add();
        }
    }

    /// <summary>
    /// Makes link and namespace what they were when the snapshot was taken; only for a namespace that is ours alone. What plugins read when
    /// they undo their work are name and addresses: anything else that cannot be put back does not keep them from it.
    /// </summary>
    public void Restore(LinkSnapshot snapshot)
    {
        if (link.Mac != snapshot.Mac && MacAddress.Parse(snapshot.Mac) is { } mac)
        {
            Try(() => _netlink.SetMac(link.Index, mac));
        }

        Try(() => SetMtu(snapshot));
        Try(() => _netlink.SetUp(link.Index));
        var present = _netlink.Addresses(link);
        AddAddresses(snapshot, address => !present.Any(address.IsSameAs));

        // Some plugins take the route away that comes with an address, and put another in its place.
        var connected = _netlink.Routes(link).Where(route => route.IsKernel && !route.IsLinkLocal);
        foreach (var unwanted in connected.Where(route => !snapshot.Routes.Any(route.HasPlaceOf)))
        {
            Try(() => _netlink.RemoveRoute(link, unwanted));
        }

        foreach (var add in Additions(snapshot, snapshot.Routes))
        {
            Try(add);
        }
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
            _netlink.SetMtu(link.Index, snapshot.Mtu);
        }
    }

    // For an address without a connected route Docker was told a prefix that gives none.
    private void RestorePrefix(LinkAddress address, IReadOnlyList<LinkAddress> present)
    {
        if (present.FirstOrDefault(other => other.Address == address.Address && !other.IsSameAs(address)) is not { } docker)
        {
            return;
        }

        var own = address with { Flags = address.Flags | AddressFlags.NoPrefixRoute };
        if (address.IsIPv6)
        {
            _netlink.RemoveAddress(link, docker); // Before, because a link has an IPv6 address once.
            _netlink.AddAddress(link, own);
        }
        else
        {
            _netlink.AddAddress(link, own);
            _netlink.RemoveAddress(link, docker); // After, because routes that start from an address go with it.
        }
    }

    private void AddAddresses(LinkSnapshot snapshot, Func<LinkAddress, bool> isMissing)
    {
        var missing = snapshot.Addresses.Where(isMissing).ToList();
        if (missing.Exists(address => address.IsIPv6))
        {
            EnableIPv6();
        }

        foreach (var address in missing)
        {
            var label = address.Label?.Replace(snapshot.IfName, link.Name, StringComparison.Ordinal);
            _netlink.AddAddress(link, address with { Label = label });
        }
    }

    // A link that arrives in a namespace takes that namespace's default, and Docker switches IPv6 off where it has no address for it.
    private void EnableIPv6() => sandbox.Namespace.Run(() =>
    {
        var setting = $"/proc/sys/net/ipv6/conf/{link.Name}/disable_ipv6";
        if (File.Exists(setting) && !File.ReadAllText(setting).StartsWith('0'))
        {
            File.WriteAllText(setting, "0");
        }

        return true;
    });

    // In an order that the kernel accepts: a gateway must be reachable before a route over it can be added.
    private IEnumerable<Action> Additions(LinkSnapshot snapshot, IEnumerable<LinkRoute> routes)
    {
        var present = _netlink.Routes(link);
        var chosen = routes.Where(route => !route.IsKernel).OrderBy(route => route.Gateway is not null).ThenBy(route => route.IsDefault);
        return
        [
            .. chosen.Select<LinkRoute, Action>(route => () => Set(route, present.FirstOrDefault(route.HasPlaceOf))),
            .. snapshot.Rules.Select<RoutingRule, Action>(rule => () => _netlink.AddRule(rule.For(snapshot.IfName, link.Name))),
            .. snapshot.Neighbours.Select<LinkNeighbour, Action>(neighbour => () => _netlink.SetNeighbour(link, neighbour)),
        ];
    }

    private void Set(LinkRoute route, LinkRoute? present)
    {
        if (present is not null && RouteNetlink.AreSame(link, route, present))
        {
            return;
        }

        if (present is { HasLink: true, Obstacle: null })
        {
            _netlink.ReplaceRoute(link, route);
            return;
        }

        try
        {
            _netlink.AddRoute(link, route);
        }
        catch (KernelException taken) when (taken.Errno == Errno.EEXIST)
        {
            throw new IOException(
                $"{taken.Message}. Another of the container's networks has a route in that place; " +
                "attach the container to one of the two networks only, or give them different routes.",
                taken);
        }
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (IOException)
        {
            // Said in the summary of Restore, the only caller.
        }
    }
}
