using System.Net;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;

namespace Bridge.Adapter.Advice;

/// <summary>What the host has beside its CNI configuration.</summary>
/// <param name="Links">The names of its links; empty where they are not known.</param>
/// <param name="Routes">Its routes of the main table over a link, without default routes.</param>
internal sealed record HostFacts(IReadOnlyList<string> Links, IReadOnlyList<HostRoute> Routes)
{
    public static HostFacts Unknown { get; } = new([], []);

    /// <summary>Docker's networks of other drivers; empty where Docker was not asked.</summary>
    public IReadOnlyList<DockerNetwork> DockerNetworks { get; init; } = [];

    /// <summary>Where Docker takes the subnets of its networks from; empty where it was not asked.</summary>
    public IReadOnlyList<IPNetwork> DockerPools { get; init; } = [];

    /// <summary>The links and routes of this process's namespace.</summary>
    public static HostFacts Read()
    {
        try
        {
            using var host = NetworkNamespace.OpenCurrent();
            using var netlink = host.OpenNetlink();
            var links = netlink.Links();
            return new HostFacts(
                [.. links.SelectMany(link => link.OtherNames.Append(link.Name))],
                [.. links.SelectMany(link => netlink.Routes(link), (link, route) => HostRoute.Of(link.Name, route)).OfType<HostRoute>()]);
        }
        catch (Exception refused) when (refused is IOException or KernelException)
        {
            return Unknown;
        }
    }
}

/// <param name="Destination">Where it leads.</param>
/// <param name="Link">The link that it leads over.</param>
/// <param name="IsConnected">The link itself has the subnet: the route has no next hop.</param>
internal sealed record HostRoute(IPNetwork Destination, string Link, bool IsConnected)
{
    public static HostRoute? Of(string link, LinkRoute route) =>
        route is { HasLink: true, IsDefault: false, Table: Rtnetlink.RT_TABLE_MAIN, Type: RouteType.Unicast }
            && IPNetwork.TryParse(route.Destination, out var destination) && !destination.BaseAddress.IsIPv6LinkLocal
            && !destination.BaseAddress.IsIPv6Multicast
            ? new HostRoute(destination, link, route.Gateway is null)
            : null;
}
