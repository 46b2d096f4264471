using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Sandboxes;

/// <summary>Reads and restores the configuration of a link in its current namespace.</summary>
internal sealed class SandboxLink(Sandbox sandbox, LinkInfo link)
{
    private static readonly LinkSysctl IPv6Enabled = new(LinkSysctl.IPv6SwitchKey, "0");

    private readonly RouteNetlink _netlink = sandbox.Netlink;
    private readonly LinkSysctls _sysctls = new(sandbox.Namespace);

    public LinkInfo Info => link;

    /// <exception cref="IOException">A route that could not be restored after a move.</exception>
    /// <param name="sysctls">The sysctls of the link that differ from its initial ones; null to read them.</param>
    public LinkSnapshot Read(IReadOnlyList<LinkSysctl>? sysctls = null)
    {
        var routes = _netlink.Routes(link);
        if (routes.FirstOrDefault(route => route.Obstacle is not null) is { } immovable)
        {
            throw new IOException(
                $"could not record the routes of {link.Name} in {sandbox.Namespace}: {immovable} {immovable.Obstacle}, " +
                "which cannot be moved to the container's namespace. Configure the CNI network without it.");
        }

        return ReadLink() with { Routes = routes, Rules = _netlink.Rules(), Sysctls = sysctls ?? _sysctls.Chosen(link.Name) };
    }

    /// <summary>
    /// As <see cref="Read"/>, in a namespace with other links. The link will not move, so no route is an obstacle, and it keeps its
    /// sysctls.
    /// </summary>
    public LinkSnapshot ReadAmongOthers(SandboxBaseline before) => ReadLink() with
    {
        Routes =
        [
            .. LinkRoute.WithOneHop(_netlink.Routes(link))
                .Where(route => route.HasLink || !before.Routes.Any(other => other.Type == route.Type && other.ConflictsWith(route)))
                .Select(route => route with { Obstacle = null }),
        ],
        Rules = [.. _netlink.Rules().Where(rule => !before.Rules.Any(rule.IsSameAs))],
    };

    /// <summary>
    /// The snapshot without IPv6 where the user has disabled that. Docker enables IPv6 on a link with an IPv6 address, so a link where it
    /// is disabled all the same was configured so. Returns the same object when nothing is left out.
    /// </summary>
    public LinkSnapshot WithoutIPv6WhereOff(LinkSnapshot snapshot) =>
        snapshot.HasGlobalIPv6 && _sysctls.IsIPv6Off(link.Name) ? snapshot.WithoutIPv6() : snapshot;

    /// <summary>
    /// Whether Docker has finished with the link. It adds the addresses, brings the link up, adds the routes from the answer to Join, and
    /// last the default routes, if this network is the container's gateway.
    /// </summary>
    public bool IsConfiguredByDocker(LinkSnapshot snapshot, OwnDefaultRoutes own, bool isGateway)
    {
        if (!link.IsUp)
            return false;

        var present = _netlink.Routes(link);
        return snapshot.Routes.Where(route => route.DockerCarries).All(route => present.Any(route.ConflictsWith))
            && (!isGateway || SandboxDefaults.Families.All(isIPv6 => own.Of(isIPv6)
                || snapshot.GatewayRoute(isIPv6) is null
                || present.Any(route => route.IsOfGateway && route.IsIPv6 == isIPv6)));
    }

    /// <summary>
    /// Adds the configuration that Docker does not set. Removes only connected routes that the plugins had removed too, and routes to next
    /// hops that are no longer needed. <see cref="SandboxDefaults"/> sets default routes.
    /// </summary>
    /// <exception cref="IOException">
    /// Something could not be added, for example an IPv6 address because the user has disabled IPv6 meanwhile.
    /// </exception>
    public void Complete(LinkSnapshot snapshot)
    {
        SetMtu(snapshot);
        _sysctls.Set(link.Name, snapshot.Sysctls.Where(sysctl => !sysctl.IsDockers));
        var present = _netlink.Addresses(link);
        foreach (var address in snapshot.Addresses)
            RestorePrefix(snapshot, address, present);

        // Afterwards: removing the first address of a subnet removes the others too (ip-sysctl.rst promote_secondaries).
        // Docker has enabled IPv6 for a global address. Where it is disabled now, the user has just done that.
        AddAddresses(snapshot, address => present.All(other => other.Address != address.Address), enableIPv6: !snapshot.HasGlobalIPv6);
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
    /// Restores link and namespace to the snapshot, in a staging namespace. A DEL reads only name and addresses, so other failures do not
    /// stop it.
    /// </summary>
    /// <returns>The failures.</returns>
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

    /// <summary>Adds the missing addresses, and nothing else.</summary>
    public void RestoreAddresses(LinkSnapshot snapshot)
    {
        var present = _netlink.Addresses(link);
        AddAddresses(snapshot, address => present.All(other => other.Address != address.Address));
    }

    /// <summary>Removes what <see cref="Complete"/> added and the kernel does not remove with the link.</summary>
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

    // Docker sets the prefix length of the IPAM plugin, and none that gives a connected route where the chain has removed that. The chain
    // may have set another (/128 and a route to the gateway), or a peer.
    private void RestorePrefix(LinkSnapshot snapshot, LinkAddress address, IReadOnlyList<LinkAddress> present)
    {
        if (present.FirstOrDefault(other => other.Address == address.Address && !other.IsSameAs(address)) is not { } dockers)
            return;

        var hasRouteOrNeverWould = snapshot.HasConnectedRoute(address) || address is { IsIPv6: false, PrefixLength: 32 };
        var own = hasRouteOrNeverWould ? address : address with { Flags = address.Flags | AddressFlags.NoPrefixRoute };
        if (address.IsIPv6)
        {
            _netlink.RemoveAddress(link, dockers); // Before: a link has an IPv6 address only once.
            _netlink.AddAddress(link, own);
        }
        else
        {
            _netlink.AddAddress(link, own);
            _netlink.RemoveAddress(link, dockers); // After: routes with this preferred source go with it.
        }
    }

    // IPv6 addresses that a link kept while down (keep_addr_on_down) go through duplicate address detection when it comes up; until then no
    // route can have them as its source. New addresses skip that.
    private void RemoveKeptAddresses()
    {
        foreach (var kept in link.IsUp ? [] : _netlink.Addresses(link).Where(address => address.IsIPv6).ToList())
            _netlink.RemoveAddress(link, kept);
    }

    private void AddAddresses(LinkSnapshot snapshot, Func<LinkAddress, bool> isMissing, bool enableIPv6 = true)
    {
        var missing = snapshot.Addresses.Where(isMissing).ToList();
        if (enableIPv6 && missing.Exists(address => address.IsIPv6))
        {
            // The default of the namespace may disable IPv6, and so does Docker for a link without an IPv6 address.
            _sysctls.Set(link.Name, [IPv6Enabled]);
        }

        foreach (var address in missing)
        {
            var label = address.Label?.Replace(snapshot.IfName, link.Name, StringComparison.Ordinal);
            _netlink.AddAddress(link, address with { Label = label });
        }
    }

    // Some plugins replace the connected route of an address by other routes.
    private IEnumerable<LinkRoute> ForeignConnectedRoutes(LinkSnapshot snapshot) =>
        _netlink.Routes(link)
        .Where(route => route is { IsKernel: true, IsLinkLocal: false, Table: Rtnetlink.RT_TABLE_MAIN })
        .Where(route => !snapshot.Routes.Any(
            own => route.ConflictsWith(own) && (own.Protocol, own.Gateway) == (route.Protocol, route.Gateway)));

    // The answer to Join contained them because Docker sets only the first address. Now connected routes lead to the next hops.
    private IEnumerable<LinkRoute> SuperfluousWays(LinkSnapshot snapshot)
    {
        var present = _netlink.Routes(link);
        var ways = SandboxDefaults.Families.Select(snapshot.GatewayRoute).OfType<LinkRoute>()
            .Where(gateway => SandboxDefaults.WayTo(gateway, snapshot.Routes) is null)
            .Select(gateway => SandboxDefaults.WayTo(gateway, [])).OfType<LinkRoute>().ToArray();
        return present
            .Where(route => route is { IsKernel: false, Gateway: null })
            .Where(route => ways.Any(way => way.Destination == route.Destination && way.Table == route.Table))
            .Where(route => !snapshot.Routes.Any(own => !own.IsKernel && own.Destination == route.Destination && own.Table == route.Table));
    }

    // In an order that the kernel accepts: routes to gateways before routes over them. A connected route is missing only if a plugin gave
    // it another metric.
    private IEnumerable<Action> Additions(LinkSnapshot snapshot, IEnumerable<LinkRoute> routes)
    {
        var present = _netlink.Routes(link);
        var chosen = routes
            .Where(route => !route.IsKernel || (route.IsConnected && !present.Any(route.ConflictsWith)))
            .OrderBy(route => route.Gateway is not null)
            .ThenBy(route => route.IsDefault);
        return
        [
            .. chosen.Select<LinkRoute, Action>(route => () => _netlink.SetRoute(link, route, present.FirstOrDefault(route.ConflictsWith))),
            .. snapshot.Rules.Select<RoutingRule, Action>(rule => () => _netlink.AddRule(rule.For(snapshot.IfName, link.Name))),
            .. snapshot.Neighbours.Select<LinkNeighbour, Action>(neighbour => () => _netlink.SetNeighbour(link, neighbour)),
        ];
    }
}
