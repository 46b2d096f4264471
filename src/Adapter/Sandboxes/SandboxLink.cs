using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Sandboxes;

/// <summary>A link in the namespace in which it is: what is on it and around it, read and put back.</summary>
internal sealed class SandboxLink(Sandbox sandbox, LinkInfo link)
{
    private static readonly LinkSysctl IPv6Enabled = new($"ipv6/conf/{LinkSysctl.IfName}/disable_ipv6", "0");

    private readonly RouteNetlink _netlink = sandbox.Netlink;
    private readonly LinkSysctls _sysctls = new(sandbox.Namespace);

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

        return ReadLink() with { Routes = routes, Rules = _netlink.Rules(), Sysctls = _sysctls.Chosen(link) };
    }

    /// <summary>
    /// As <see cref="Read"/>, in a namespace that is not ours alone. The link is not to be moved from it, so nothing can be an obstacle to that;
    /// and its sysctls stay with it.
    /// </summary>
    public LinkSnapshot ReadAmongOthers(SandboxSurroundings before) => ReadLink() with
    {
        Routes =
        [
            .. LinkRoute.WithOneHop(_netlink.Routes(link))
                .Where(route => route.HasLink || !before.Routes.Any(other => other.Type == route.Type && other.HasPlaceOf(route)))
                .Select(route => route with { Obstacle = null }),
        ],
        Rules = [.. _netlink.Rules().Where(rule => !before.Rules.Any(rule.IsSameAs))],
    };

    /// <summary>
    /// Without what is of IPv6 where that was switched off on purpose. Docker switches it on for a link that it knows an IPv6 address of, so
    /// where it is off all the same the user wanted it so. Gives back the same snapshot where nothing is to be left out.
    /// </summary>
    public LinkSnapshot WithoutIPv6WhereOff(LinkSnapshot snapshot) =>
        snapshot.HasGlobalIPv6 && _sysctls.IsIPv6Off(link.Name) ? snapshot.WithoutIPv6() : snapshot;

    /// <summary>
    /// Whether Docker has finished with the link: it brings it up after its addresses, and adds the routes it was told of after that; last the
    /// default routes, if this is the container's gateway.
    /// </summary>
    public bool IsConfiguredByDocker(LinkSnapshot snapshot, OwnDefaultRoutes own, bool isGateway)
    {
        if (!link.IsUp)
            return false;

        var present = _netlink.Routes(link);
        return snapshot.Routes.Where(route => route.DockerCarries).All(route => present.Any(route.HasPlaceOf))
            && (!isGateway || SandboxDefaults.Families.All(isIPv6 => own.Of(isIPv6) || snapshot.GatewayRoute(isIPv6) is null
                || present.Any(route => route.IsOfGateway && route.IsIPv6 == isIPv6)));
    }

    /// <summary>
    /// Adds to what Docker did what Docker cannot. Nothing that is there is taken away, apart from routes that came with an address and that
    /// the plugins had taken away too. Default routes are <see cref="SandboxDefaults"/>' affair.
    /// </summary>
    public void Complete(LinkSnapshot snapshot)
    {
        SetMtu(snapshot);
        _sysctls.Set(link.Name, snapshot.Sysctls.Where(sysctl => !sysctl.IsDockers));
        var present = _netlink.Addresses(link);
        foreach (var address in snapshot.Addresses)
            RestorePrefix(snapshot, address, present);

        // After: further addresses of a subnet go with its first one, as which Docker's would count.
        AddAddresses(snapshot, address => present.All(other => other.Address != address.Address));
        foreach (var way in SuperfluousWays(snapshot))
            _netlink.RemoveRoute(link, way);

        foreach (var unwanted in ForeignConnectedRoutes(snapshot).Where(route => snapshot.Addresses.Any(route.ComesWith)))
            _netlink.RemoveRoute(link, unwanted);

        foreach (var add in Additions(snapshot, snapshot.Routes.Where(route => !route.IsMainDefault)))
            add();

        if (snapshot.IsDown)
            _netlink.SetDown(link.Index);
    }

    /// <summary>
    /// Makes link and namespace what they were when the snapshot was taken; only for a namespace that is ours alone. What plugins read when
    /// they undo their work are name and addresses: anything else that cannot be put back does not keep them from it.
    /// </summary>
    /// <returns>What could not be put back.</returns>
    public IReadOnlyList<IOException> Restore(LinkSnapshot snapshot)
    {
        List<IOException> failures = [];
        void Try(Action action)
        {
            try
            {
                action();
            }
            catch (IOException failure)
            {
                failures.Add(failure);
            }
        }

        if (link.Mac != snapshot.Mac && !link.SharesMac && MacAddress.Parse(snapshot.Mac) is { } mac)
            Try(() => _netlink.SetMac(link.Index, mac));

        Try(() => SetMtu(snapshot));
        Try(() => _sysctls.Set(link.Name, snapshot.Sysctls));
        Try(RemoveKeptAddresses);
        if (!snapshot.IsDown)
            Try(() => _netlink.SetUp(link.Index));

        var present = _netlink.Addresses(link);
        AddAddresses(snapshot, address => !present.Any(address.IsSameAs));

        foreach (var unwanted in ForeignConnectedRoutes(snapshot))
            Try(() => _netlink.RemoveRoute(link, unwanted));

        foreach (var add in Additions(snapshot, snapshot.Routes))
            Try(add);

        return failures;
    }

    /// <summary>Puts back the addresses that the link does not have any more, and nothing else.</summary>
    public void RestoreAddresses(LinkSnapshot snapshot)
    {
        var present = _netlink.Addresses(link);
        AddAddresses(snapshot, address => present.All(other => other.Address != address.Address));
    }

    /// <summary>Takes back what <see cref="Complete"/> left in the namespace and what does not go away with the link.</summary>
    public static void Withdraw(RouteNetlink netlink, LinkInfo? link, LinkSnapshot snapshot)
    {
        foreach (var rule in snapshot.Rules)
            netlink.RemoveRule(rule.For(snapshot.IfName, link?.Name));

        foreach (var route in snapshot.Routes.Where(route => !route.HasLink))
            netlink.RemoveRoute(null, route);
    }

    private LinkSnapshot ReadLink() => new(link.Name, link.Mac, link.Mtu, link.Kind, link.PeerIndex)
    {
        Alias = link.Alias,
        IsDown = !link.IsUp,
        Addresses = _netlink.Addresses(link),
        Neighbours = _netlink.Neighbours(link),
    };

    private void SetMtu(LinkSnapshot snapshot)
    {
        if (link.Mtu != snapshot.Mtu)
            _netlink.SetMtu(link.Index, snapshot.Mtu);
    }

    // Docker has the prefix that the IPAM plugin gave, and the chain may have set another (/128 and a route to the gateway); for an address without
    // a connected route it was told one that gives none; and it knows of no other end.
    private void RestorePrefix(LinkSnapshot snapshot, LinkAddress address, IReadOnlyList<LinkAddress> present)
    {
        if (present.FirstOrDefault(other => other.Address == address.Address && !other.IsSameAs(address)) is not { } docker)
            return;

        var hasRouteOrNeverWould = snapshot.HasConnectedRoute(address) || address is { IsIPv6: false, PrefixLength: 32 };
        var own = hasRouteOrNeverWould ? address : address with { Flags = address.Flags | AddressFlags.NoPrefixRoute };
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

    // IPv6 addresses that a link keeps while it is down wait, when it comes up, for somebody to claim them; until then no route can start
    // from them. New ones need not.
    private void RemoveKeptAddresses()
    {
        foreach (var kept in link.IsUp ? [] : _netlink.Addresses(link).Where(address => address.IsIPv6).ToList())
            _netlink.RemoveAddress(link, kept);
    }

    private void AddAddresses(LinkSnapshot snapshot, Func<LinkAddress, bool> isMissing)
    {
        var missing = snapshot.Addresses.Where(isMissing).ToList();
        if (missing.Exists(address => address.IsIPv6))
        {
            // A link that arrives in a namespace takes that namespace's default, and Docker switches IPv6 off where it has no address for it.
            _sysctls.Set(link.Name, [IPv6Enabled]);
        }

        foreach (var address in missing)
        {
            var label = address.Label?.Replace(snapshot.IfName, link.Name, StringComparison.Ordinal);
            _netlink.AddAddress(link, address with { Label = label });
        }
    }

    // Some plugins take the route away that comes with an address, and put another in its place.
    private IEnumerable<LinkRoute> ForeignConnectedRoutes(LinkSnapshot snapshot) =>
        _netlink.Routes(link)
        .Where(route => route is { IsKernel: true, IsLinkLocal: false, Table: Rtnetlink.RT_TABLE_MAIN })
        .Where(route => !snapshot.Routes.Any(own => route.HasPlaceOf(own) && (own.Protocol, own.Gateway) == (route.Protocol, route.Gateway)));

    // Docker was told of them because of all addresses it has the first alone; by now the kernel's own lead there, as they did.
    private IEnumerable<LinkRoute> SuperfluousWays(LinkSnapshot snapshot)
    {
        var present = _netlink.Routes(link);
        var ways = SandboxDefaults.Families.Select(snapshot.GatewayRoute).OfType<LinkRoute>()
            .Where(gateway => SandboxDefaults.WayTo(gateway, snapshot.Routes) is null)
            .Select(gateway => SandboxDefaults.WayTo(gateway, [])).OfType<LinkRoute>().ToArray();
        return present.Where(route => route is { IsKernel: false, Gateway: null } && ways.Any(way => way.Destination == route.Destination && way.Table == route.Table))
            .Where(route => !snapshot.Routes.Any(own => !own.IsKernel && own.Destination == route.Destination && own.Table == route.Table));
    }

    // In an order that the kernel accepts: a gateway must be reachable before a route over it can be added. Of the kernel's own there are those missing that a
    // plugin gave a metric of its own: they do not come back with the address.
    private IEnumerable<Action> Additions(LinkSnapshot snapshot, IEnumerable<LinkRoute> routes)
    {
        var present = _netlink.Routes(link);
        var chosen = routes.Where(route => !route.IsKernel || (route.IsConnected && !present.Any(route.HasPlaceOf))).OrderBy(route => route.Gateway is not null).ThenBy(route => route.IsDefault);
        return
        [
            .. chosen.Select<LinkRoute, Action>(route => () => RoutePlace.Set(_netlink, link, route, present.FirstOrDefault(route.HasPlaceOf))),
            .. snapshot.Rules.Select<RoutingRule, Action>(rule => () => _netlink.AddRule(rule.For(snapshot.IfName, link.Name))),
            .. snapshot.Neighbours.Select<LinkNeighbour, Action>(neighbour => () => _netlink.SetNeighbour(link, neighbour)),
        ];
    }
}
