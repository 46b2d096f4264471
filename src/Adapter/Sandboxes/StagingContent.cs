using System.Net;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Sandboxes;

/// <summary>What plugins made in a staging namespace.</summary>
/// <param name="Link">Their link.</param>
/// <param name="Beside">
/// What neither the link nor its snapshot takes to the container, as noun phrases; empty after nearly all plugins. Sysctls of the whole
/// namespace are not checked.
/// </param>
internal sealed record StagingContent(LinkSnapshot Link, IReadOnlyList<string> Beside)
{
    // While their modules are loaded, the kernel adds a device of each of these kinds to every new namespace (sysctl/net.rst
    // fb_tunnels_only_for_init_net).
    private static readonly HashSet<string> KernelKinds =
        ["sit", "ipip", "ip6tnl", "gre", "gretap", "ip6gre", "ip6gretap", "erspan", "ip6erspan", "vti", "vti6"];

    /// <param name="path">The netns path.</param>
    /// <param name="ifname">The link's name.</param>
    /// <param name="host">The host namespace.</param>
    /// <exception cref="IOException">No link has the name, or it has a route that could not be restored after a move.</exception>
    public static StagingContent Read(string path, string ifname, NetworkNamespace host)
    {
        // One thread enters the namespace for everything that needs one.
        var (staging, (tables, ipsec, sysctls)) =
            Sandbox.Open(path, () => (FirewallTables.Open(), IPsecEntries.Open(), LinkSysctls.ChosenHere(ifname)));
        using (staging)
        using (tables)
        using (ipsec)
        {
            var link = staging.Require(ifname);
            var snapshot = link.Read(sysctls) with { PeerIsInHost = staging.HasPeerIn(host, link.Info) };
            return new StagingContent(
                snapshot, [.. BesideLink(staging, link.Info), .. tables.InUse(staging.Namespace), .. ipsec.In(staging.Namespace)]);
        }
    }

    private static IEnumerable<string> BesideLink(Sandbox staging, LinkInfo own)
    {
        static bool IsLoopback(int? index) => index == LinkInfo.Loopback;
        var links = staging.Netlink.Links();
        return
        [
            .. links.Where(link => !IsLoopback(link.Index) && link.Index != own.Index && !KernelKinds.Contains(link.Kind))
                .Select(link => $"interface {link.Name}"),
            .. links.Where(link => IsLoopback(link.Index)).SelectMany(staging.Netlink.Addresses)
                .Where(address => !IPAddress.IsLoopback(IPAddress.Parse(address.Address)))
                .Select(address => $"address {address.Address} on lo"),
            .. staging.Netlink.ChosenRoutes()
                .Where(found => IsLoopback(found.OutputIndex)
                    || (found.Route.Table == Rtnetlink.RT_TABLE_LOCAL && found.OutputIndex == own.Index))
                .Select(found => $"route {found.Route} on {(IsLoopback(found.OutputIndex) ? "lo" : own.Name)}"),
            .. staging.Netlink.Qdiscs(own).Select(kind => $"qdisc {kind} on {own.Name}"),
            .. staging.Netlink.UncarriedNeighbours(own),
        ];
    }
}
