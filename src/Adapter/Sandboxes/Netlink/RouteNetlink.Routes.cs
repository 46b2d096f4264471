using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using static Bridge.Adapter.Sandboxes.Native.Rtnetlink;

namespace Bridge.Adapter.Sandboxes.Netlink;

internal sealed partial class RouteNetlink
{
    /// <summary>
    /// The routes of all tables except local that lead over the link or over none. They include the kernel's own for addresses, but not
    /// those from router advertisements.
    /// </summary>
    public IReadOnlyList<LinkRoute> Routes(LinkInfo link) =>
        [.. Routes(link, isIPv6: false), .. Routes(link, isIPv6: true)];

    /// <summary>
    /// The routes of all tables including local that lead over a link and that the kernel did not add, with the link's index.
    /// </summary>
    public IReadOnlyList<(LinkRoute Route, int? OutputIndex)> ChosenRoutes() =>
        [.. DumpAll(isIPv6: false).Concat(DumpAll(isIPv6: true)).Where(found => found.Route is { HasLink: true, IsKernel: false })];

    /// <summary>The routes of all tables that lead over no link, or over several.</summary>
    public IReadOnlyList<LinkRoute> RoutesOfNoLink() =>
    [
        .. Dump(isIPv6: false).Concat(Dump(isIPv6: true))
            .Where(found => found.OutputIndex is null || !found.Route.HasLink)
            .Where(found => !found.Route.IsKernel)
            .Select(found => found.Route),
    ];

    /// <exception cref="KernelException"><see cref="Errno.EEXIST"/> for a conflicting route.</exception>
    public void AddRoute(LinkInfo link, LinkRoute route)
    {
        var request = Describe(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, link, route);
        socket.Execute(request, $"add route {route} over {link.Name} in {place}");
    }

    /// <summary>Replaces the conflicting route.</summary>
    public void ReplaceRoute(LinkInfo link, LinkRoute route)
    {
        var request = Describe(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, link, route);
        socket.Execute(request, $"set route {route} over {link.Name} in {place}");
    }

    /// <summary>Sets the route, and replaces the conflicting one of the same link.</summary>
    /// <param name="present">The link's conflicting route; null when there is none.</param>
    /// <exception cref="IOException">The kernel refused, for example because of a conflicting route of another link.</exception>
    public void SetRoute(LinkInfo link, LinkRoute route, LinkRoute? present)
    {
        if (present is not null && AreSame(link, route, present))
            return;

        if (present is { HasLink: true, Obstacle: null })
        {
            ReplaceRoute(link, route);
            return;
        }

        try
        {
            AddRoute(link, route);
        }
        catch (KernelException taken) when (taken.Errno == Errno.EEXIST)
        {
            throw new IOException(
                $"{taken.Message}. Another network of the container has a conflicting route; " +
                "attach the container to only one of the two networks, or give them different routes.",
                taken);
        }
    }

    /// <summary>Removes a route. Does nothing if it does not exist.</summary>
    /// <param name="link">Null for a route that needs none.</param>
    public void RemoveRoute(LinkInfo? link, LinkRoute route) =>
        Execute(Describe(RTM_DELROUTE, NLM_F_ACK, link, route), $"remove route {route} in {place}", Errno.ESRCH);

    /// <summary>Whether both have the same netlink message.</summary>
    public static bool AreSame(LinkInfo link, LinkRoute one, LinkRoute other) =>
        Describe(RTM_NEWROUTE, 0, link, one).Finish(0).SequenceEqual(Describe(RTM_NEWROUTE, 0, link, other).Finish(0));

    private IEnumerable<LinkRoute> Routes(LinkInfo link, bool isIPv6) => Dump(isIPv6)
        .Where(found => found.Route.HasLink ? found.OutputIndex == link.Index || found.OutputIndex is null : !found.Route.IsKernel)
        .Select(found => found.Route);

    private IEnumerable<(LinkRoute Route, int? OutputIndex)> Dump(bool isIPv6) =>
        DumpAll(isIPv6).Where(found => found.Route.Table != RT_TABLE_LOCAL);

    private IEnumerable<(LinkRoute Route, int? OutputIndex)> DumpAll(bool isIPv6)
    {
        var request = NetlinkMessage.Create(RTM_GETROUTE, NLM_F_DUMP, new RtMsg { rtm_family = ToKernel(isIPv6) });
        return socket.Dump(request, $"list the routes of {place}")
            .Where(answer => answer.Header<RtMsg>().rtm_family == ToKernel(isIPv6))
            .Where(answer => (answer.Header<RtMsg>().rtm_flags & RTM_F_CLONED) == 0)
            .SelectMany(answer => ToRoutes(answer, isIPv6))
            .Where(found => found.Route.Protocol is not (RTPROT_RA or RTPROT_REDIRECT));
    }

    private static NetlinkMessage Describe(ushort type, ushort flags, LinkInfo? link, LinkRoute route)
    {
        var (destination, length) = Prefix(route.Destination);
        var header = new RtMsg
        {
            rtm_family = ToKernel(route.IsIPv6),
            rtm_dst_len = length,
            rtm_tos = (byte)route.TypeOfService,
            rtm_table = route.Table <= byte.MaxValue ? (byte)route.Table : RT_TABLE_UNSPEC,
            rtm_protocol = (byte)route.Protocol,
            rtm_scope = (byte)route.Scope,
            rtm_type = (byte)route.Type,
            rtm_flags = route.OnLink ? RTNH_F_ONLINK : 0,
        };
        var message = NetlinkMessage.Create(type, flags, header).Add(RTA_TABLE, route.Table).Add(RTA_PRIORITY, route.Metric);
        if (length > 0)
            message.Add(RTA_DST, destination);

        if (type == RTM_DELROUTE && route.NextHopId is { } nextHop)
        {
            message.Add(RTA_NH_ID, nextHop);
            return message;
        }

        if (link is not null && route.HasLink)
            message.Add(RTA_OIF, link.Index);

        if (route.Gateway is { } gateway)
            AddGateway(message, gateway, route.IsIPv6);

        if (route.Source is { } source)
            message.Add(RTA_PREFSRC, Bytes(source));

        if (route.Mtu is not null || route.OtherMetrics.Count > 0)
        {
            using var metrics = message.Nest(RTA_METRICS);
            if (route.Mtu is { } mtu)
                message.Add(RTAX_MTU, mtu);

            Add(message, route.OtherMetrics);
        }

        Add(message, route.OtherAttributes);
        return message;
    }

    private static void AddGateway(NetlinkMessage message, string gateway, bool isIPv6)
    {
        var gatewayIsIPv6 = gateway.Contains(':');
        if (gatewayIsIPv6 == isIPv6)
        {
            message.Add(RTA_GATEWAY, Bytes(gateway));
            return;
        }

        Span<byte> via = [ToKernel(gatewayIsIPv6), 0, .. Bytes(gateway)];
        message.Add(RTA_VIA, via);
    }

    // The kernel reports IPv6 routes of equal metric over several links as one route with several next hops (net/ipv6/route.c
    // rt6_fill_node).
    private static IEnumerable<(LinkRoute Route, int? OutputIndex)> ToRoutes(NetlinkAnswer answer, bool isIPv6)
    {
        var (route, outputIndex) = ToRoute(answer, isIPv6);
        return isIPv6 && outputIndex is null && route.Obstacle is not null
            ? NextHops(answer).Select(hop => (route with { Gateway = hop.Gateway }, (int?)hop.OutputIndex))
            : [(route, outputIndex)];
    }

    private static List<(int OutputIndex, string? Gateway)> NextHops(NetlinkAnswer answer)
    {
        List<(int OutputIndex, string? Gateway)> hops = [];
        foreach (var attribute in answer.Attributes<RtMsg>())
        {
            for (var rest = attribute.Type == RTA_MULTIPATH ? attribute.Value : []; rest.Length >= Unsafe.SizeOf<RtNextHop>();)
            {
                var hop = MemoryMarshal.Read<RtNextHop>(rest);
                hops.Add((hop.rtnh_ifindex, GatewayOf(rest[Unsafe.SizeOf<RtNextHop>()..hop.rtnh_len])));
                rest = rest[Math.Min(rest.Length, (hop.rtnh_len + 3) & ~3)..];
            }
        }

        return hops;
    }

    private static string? GatewayOf(ReadOnlySpan<byte> hopAttributes) =>
        new NetlinkAttributes(hopAttributes).TryFind(RTA_GATEWAY, out var found) ? found.Address : null;

    private static (LinkRoute Route, int? OutputIndex) ToRoute(NetlinkAnswer answer, bool isIPv6)
    {
        ref readonly var header = ref answer.Header<RtMsg>();
        var anywhere = isIPv6 ? "::" : "0.0.0.0";
        int? outputIndex = null;
        var route = new LinkRoute($"{anywhere}/{header.rtm_dst_len}")
        {
            Table = header.rtm_table,
            Type = (RouteType)header.rtm_type,
            Scope = (RouteScope)header.rtm_scope,
            Protocol = header.rtm_protocol,
            TypeOfService = header.rtm_tos,
            OnLink = (header.rtm_flags & RTNH_F_ONLINK) != 0,
        };
        foreach (var attribute in answer.Attributes<RtMsg>())
        {
            switch (attribute.Type)
            {
                case RTA_OIF:
                    outputIndex = attribute.Int32;
                    break;
                case RTA_METRICS:
                    route = WithMetrics(route, attribute.Nested);
                    break;
                case RTA_PREF when attribute.Byte == 0: // ICMPV6_ROUTER_PREF_MEDIUM, as every IPv6 route has.
                    break;
                default:
                    route = With(route, attribute, header.rtm_dst_len);
                    break;
            }
        }

        return (route, outputIndex);
    }

    private static LinkRoute With(LinkRoute route, NetlinkAttribute attribute, int prefixLength) => attribute.Type switch
    {
        RTA_DST => route with { Destination = $"{attribute.Address}/{prefixLength}" },
        RTA_GATEWAY => route with { Gateway = attribute.Address },
        RTA_VIA => route with { Gateway = new IPAddress(attribute.Value[sizeof(ushort)..]).ToString() },
        RTA_PREFSRC => route with { Source = attribute.Address },
        RTA_PRIORITY => route with { Metric = attribute.UInt32 },
        RTA_TABLE => route with { Table = attribute.Int32 },
        RTA_NH_ID => route with { NextHopId = attribute.UInt32 },
        RTA_MULTIPATH => route with { Obstacle = "has several next hops" },
        RTA_SRC => route with { Obstacle = "is for certain sources only" },
        RTA_FLOW or RTA_PREF or RTA_ENCAP or RTA_ENCAP_TYPE =>
            route with { OtherAttributes = [.. route.OtherAttributes, Verbatim(attribute)] },
        _ => route, // The other attributes are statistics or repeat these.
    };

    private static LinkRoute WithMetrics(LinkRoute route, NetlinkAttributes metrics)
    {
        foreach (var metric in metrics)
        {
            route = metric.Type == RTAX_MTU
                ? route with { Mtu = metric.Int32 }
                : route with { OtherMetrics = [.. route.OtherMetrics, Verbatim(metric)] };
        }

        return route;
    }
}
