using System.Net;
using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// The default routes of a link in a sandbox. Docker chooses between the gateways of a container's networks, and knows of a default route
/// nothing but the next hop; the rest of it is put there when Docker has chosen.
/// </summary>
internal sealed class SandboxDefaults(Sandbox sandbox, LinkInfo link, OwnDefaultRoutes own)
{
    private readonly RouteNetlink _netlink = sandbox.Netlink;

    /// <summary>IPv4, and whether it is IPv6: each has default routes of its own.</summary>
    public static IReadOnlyList<bool> Families { get; } = [false, true];

    /// <summary>
    /// Where Docker has set its default route over the link, makes it what the plugins had made, with all that were there beside it. Where
    /// Docker could not be told of any, sets them. Idempotent.
    /// </summary>
    /// <param name="snapshot">What the plugins had made.</param>
    /// <param name="isFinished">Plugins have worked on our own routes since.</param>
    public void Settle(LinkSnapshot snapshot, bool isFinished)
    {
        foreach (var isIPv6 in Families)
        {
            if (!own.Of(isIPv6))
                TakePlaceOfDockers(snapshot, isIPv6);
            else if (!isFinished)
                SetBehind(snapshot.Defaults(isIPv6));
        }
    }

    /// <summary>
    /// What plugins made in the sandbox itself would be in Docker's way: leaves of it what Docker cannot be told of, and makes sure that Docker
    /// finds the way to the gateway it is told of.
    /// </summary>
    public void Yield(LinkSnapshot snapshot)
    {
        foreach (var isIPv6 in Families)
        {
            var kept = own.Of(isIPv6) ? SetBehind(snapshot.Defaults(isIPv6)) : [];
            foreach (var inTheWay in Present(isIPv6).Where(route => !kept.Any(route.HasPlaceOf)))
                _netlink.RemoveRoute(link, inTheWay);

            if (kept.Count == 0 && snapshot.GatewayRoute(isIPv6) is { } told && WayTo(told, snapshot.Routes) is { } way)
                RoutePlace.Set(_netlink, link, way, _netlink.Routes(link).FirstOrDefault(way.HasPlaceOf));
        }
    }

    /// <summary>Docker has chosen another of the container's networks: what is left of our default routes would be a second way out.</summary>
    public void GiveWay(LinkSnapshot snapshot)
    {
        var others = _netlink.Links().Where(other => other.Index != link.Index).SelectMany(_netlink.Routes).Where(route => route.IsMainDefault).ToList();
        foreach (var isIPv6 in Families.Where(isIPv6 => !own.Of(isIPv6) && others.Exists(route => route.IsIPv6 == isIPv6)))
        {
            foreach (var left in Present(isIPv6).Where(route => snapshot.Defaults(isIPv6).Any(own => RouteNetlink.AreSame(link, own, route))))
                _netlink.RemoveRoute(link, left);
        }
    }

    /// <summary>
    /// The route that leads to a next hop outside every subnet of the link, which a default route needs that is not marked as on-link, as
    /// Docker's are not.
    /// </summary>
    /// <param name="gateway">The default route.</param>
    /// <param name="others">Those that are there when it is set.</param>
    /// <returns>Null when one of the others leads there.</returns>
    public static LinkRoute? WayTo(LinkRoute gateway, IEnumerable<LinkRoute> others)
    {
        var hop = IPAddress.Parse(gateway.Gateway!);
        return hop.IsIPv6LinkLocal || others.Any(route => route.Reaches(hop)) ? null : LinkRoute.To(hop);
    }

    private void TakePlaceOfDockers(LinkSnapshot snapshot, bool isIPv6)
    {
        var present = Present(isIPv6);
        if (snapshot.GatewayRoute(isIPv6) is not { } told
            || present.FirstOrDefault(route => route.HasDockersMetric && route.Gateway == told.Gateway) is not { } dockers)
        {
            return;
        }

        var wanted = snapshot.Defaults(isIPv6);
        foreach (var route in wanted)
            RoutePlace.Set(_netlink, link, route, present.FirstOrDefault(route.HasPlaceOf));

        if (!wanted.Any(dockers.HasPlaceOf))
            _netlink.RemoveRoute(link, dockers);
    }

    // Each network's in a place of its own, so that Docker finds its place free whenever it chooses the gateway of another.
    private List<LinkRoute> SetBehind(IReadOnlyList<LinkRoute> defaults)
    {
        var present = _netlink.Routes(link);
        List<LinkRoute> behind = [.. defaults.Select(route => route.HasDockersMetric ? route with { Metric = route.Metric + (uint)link.Index } : route)];
        foreach (var route in behind)
            RoutePlace.Set(_netlink, link, route, present.FirstOrDefault(route.HasPlaceOf));

        return behind;
    }

    private List<LinkRoute> Present(bool isIPv6) => [.. LinkRoute.WithOneHop(_netlink.Routes(link)).Where(route => route.IsMainDefault && route.IsIPv6 == isIPv6)];
}

/// <summary>The families whose default routes cnm-cni sets, behind those of the container's other networks, because Docker does not set them.</summary>
internal readonly record struct OwnDefaultRoutes(bool IPv4, bool IPv6)
{
    public bool Of(bool isIPv6) => isIPv6 ? IPv6 : IPv4;
}
