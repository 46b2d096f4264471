using System.Net;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// The default routes of a link in a sandbox. Docker chooses between the gateways of a container's networks and sets only a next hop. Once
/// it has chosen, cnm-cni restores the rest: metric, source, MTU and further default routes.
/// </summary>
internal sealed class SandboxDefaults(Sandbox sandbox, LinkInfo link, OwnDefaultRoutes own)
{
    private readonly RouteNetlink _netlink = sandbox.Netlink;

    /// <summary>Whether it is IPv6. Each family has its own default routes.</summary>
    public static IReadOnlyList<bool> Families { get; } = [false, true];

    /// <summary>
    /// Where Docker has set a default route over the link, replaces it by those of the snapshot. Where cnm-cni sets the default routes
    /// itself, adds them. Idempotent.
    /// </summary>
    /// <param name="isFinished">Plugins may have changed the added routes since, so they are not added again.</param>
    public void Settle(LinkSnapshot snapshot, bool isFinished)
    {
        foreach (var isIPv6 in Families)
        {
            if (!own.Of(isIPv6))
                ReplaceDockers(snapshot, isIPv6);
            else if (!isFinished)
                AddBehind(snapshot.Defaults(isIPv6));
        }
    }

    /// <summary>
    /// Removes default routes that plugins made in the sandbox itself, where they conflict with Docker's. Keeps those that cnm-cni sets,
    /// and adds the route to the gateway that Docker will set.
    /// </summary>
    public void Yield(LinkSnapshot snapshot)
    {
        foreach (var isIPv6 in Families)
        {
            var kept = own.Of(isIPv6) ? AddBehind(snapshot.Defaults(isIPv6)) : [];
            foreach (var conflicting in Present(isIPv6).Where(route => !kept.Any(route.ConflictsWith)))
                _netlink.RemoveRoute(link, conflicting);

            if (kept.Count == 0 && snapshot.GatewayRoute(isIPv6) is { } gateway && WayTo(gateway, snapshot.Routes) is { } way)
                _netlink.SetRoute(link, way, _netlink.Routes(link).FirstOrDefault(way.ConflictsWith));
        }
    }

    /// <summary>Removes the link's default routes after Docker has chosen another of the container's networks.</summary>
    public void GiveWay(LinkSnapshot snapshot)
    {
        var others = _netlink.Links().Where(other => other.Index != link.Index).SelectMany(_netlink.Routes)
            .Where(route => route.IsMainDefault).ToList();
        foreach (var isIPv6 in Families.Where(isIPv6 => !own.Of(isIPv6) && others.Exists(route => route.IsIPv6 == isIPv6)))
        {
            var defaults = snapshot.Defaults(isIPv6);
            foreach (var remaining in Present(isIPv6).Where(route => defaults.Any(wanted => RouteNetlink.AreSame(link, wanted, route))))
                _netlink.RemoveRoute(link, remaining);
        }
    }

    /// <summary>
    /// The route to a next hop outside all subnets of the link. The default route needs it unless it is marked as on-link, which Docker's
    /// is not.
    /// </summary>
    /// <param name="gateway">The default route.</param>
    /// <param name="others">The routes that exist when it is set.</param>
    /// <returns>Null when one of the others leads to the next hop.</returns>
    public static LinkRoute? WayTo(LinkRoute gateway, IEnumerable<LinkRoute> others)
    {
        var hop = IPAddress.Parse(gateway.Gateway!);
        return hop.IsIPv6LinkLocal || others.Any(route => route.Reaches(hop)) ? null : LinkRoute.To(hop);
    }

    private void ReplaceDockers(LinkSnapshot snapshot, bool isIPv6)
    {
        var present = Present(isIPv6);
        if (snapshot.GatewayRoute(isIPv6) is not { } gateway
            || present.FirstOrDefault(route => route.HasDockersMetric && route.Gateway == gateway.Gateway) is not { } dockers)
        {
            return;
        }

        var wanted = snapshot.Defaults(isIPv6);
        foreach (var route in wanted)
            _netlink.SetRoute(link, route, present.FirstOrDefault(route.ConflictsWith));

        if (!wanted.Any(dockers.ConflictsWith))
            _netlink.RemoveRoute(link, dockers);
    }

    // The link's index makes the metric unique, so that Docker's default route of another network never conflicts.
    private List<LinkRoute> AddBehind(IReadOnlyList<LinkRoute> defaults)
    {
        var present = _netlink.Routes(link);
        List<LinkRoute> behind =
            [.. defaults.Select(route => route.HasDockersMetric ? route with { Metric = route.Metric + (uint)link.Index } : route)];
        foreach (var route in behind)
            _netlink.SetRoute(link, route, present.FirstOrDefault(route.ConflictsWith));

        return behind;
    }

    private List<LinkRoute> Present(bool isIPv6) =>
        [.. LinkRoute.WithOneHop(_netlink.Routes(link)).Where(route => route.IsMainDefault && route.IsIPv6 == isIPv6)];
}

/// <summary>
/// The families whose default routes cnm-cni sets, behind those of the container's other networks, because Docker does not set them.
/// </summary>
internal readonly record struct OwnDefaultRoutes(bool IPv4, bool IPv6)
{
    public bool Of(bool isIPv6) => isIPv6 ? IPv6 : IPv4;
}
