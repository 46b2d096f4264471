using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>The links of the host's namespace.</summary>
/// <param name="Links">All of them.</param>
/// <param name="Uplinks">Those that a default route leads over, by address family.</param>
internal sealed record LinksReading(IReadOnlyList<LinkInfo> Links, IReadOnlyList<(AddressFamily Family, string Link)> Uplinks)
{
    public static LinksReading Read()
    {
        using var host = NetworkNamespace.OpenCurrent();
        using var netlink = host.OpenNetlink();
        var links = netlink.Links();
        return new LinksReading(
            links,
            [
                .. links.SelectMany(link => netlink.Routes(link)
                    .Where(route => route is { IsDefault: true, Table: Rtnetlink.RT_TABLE_MAIN, Type: RouteType.Unicast })
                    .Select(route => (IPNetwork.Parse(route.Destination).BaseAddress.AddressFamily, link.Name)))
                    .Distinct(),
            ]);
    }

    public LinkInfo? Find(string name) =>
        Links.FirstOrDefault(link => link.Name == name || link.OtherNames.Contains(name, StringComparer.Ordinal));

    /// <summary>Where packets of the family leave the host; null without a default route.</summary>
    public string? Uplink(AddressFamily family) => Uplinks.FirstOrDefault(uplink => uplink.Family == family).Link;
}
