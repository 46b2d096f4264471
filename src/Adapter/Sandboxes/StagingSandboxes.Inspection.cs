using System.Net;
using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Sandboxes;

/// <summary>Looks at what is there, and changes nothing.</summary>
internal sealed partial class StagingSandboxes
{
    private const int LoopbackIndex = 1;

    // Where its modules are loaded, the kernel has a device of each of these in every new namespace.
    private static readonly HashSet<string> KernelsOwn = ["sit", "ipip", "ip6tnl", "gre", "gretap", "ip6gre", "ip6gretap", "erspan", "ip6erspan", "vti", "vti6"];

    /// <summary>The attachments that have a path here, whatever it names.</summary>
    public IReadOnlyList<string> Ids() =>
        Directory.Exists(directory) ? [.. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path))] : [];

    /// <summary>
    /// What plugins made in the staging namespace beside their link or on it, and beside what a snapshot of that holds: nothing of it would come along into the
    /// container. What is left out: settings of the namespace as a whole.
    /// </summary>
    /// <returns>Each for the middle of a sentence; empty after nearly all plugins.</returns>
    public IReadOnlyList<string> BesideLink(string attachmentId, string ifname)
    {
        using var staging = Sandbox.Open(PathOf(attachmentId));
        var links = staging.Netlink.Links();
        return
        [
            .. links.Where(link => link.Index != LoopbackIndex && link.Name != ifname && !KernelsOwn.Contains(link.Kind)).Select(link => $"interface {link.Name}"),
            .. links.Where(link => link.Index == LoopbackIndex).SelectMany(staging.Netlink.Addresses)
                .Where(address => !IPAddress.IsLoopback(IPAddress.Parse(address.Address))).Select(address => $"address {address.Address} on lo"),
            .. staging.Netlink.ChosenRoutes()
                .Where(found => found.OutputIndex == LoopbackIndex || (found.Route.Table == Rtnetlink.RT_TABLE_LOCAL && links.Any(link => link.Name == ifname && link.Index == found.OutputIndex)))
                .Select(found => $"route {found.Route} on {(found.OutputIndex == LoopbackIndex ? "lo" : ifname)}"),
            .. links.Where(link => link.Name == ifname).SelectMany(link => OnLink(staging, link)),
            .. FirewallTables.In(staging.Namespace),
            .. IPsecEntries.In(staging.Namespace),
        ];
    }

    private static IEnumerable<string> OnLink(Sandbox staging, LinkInfo link) =>
        staging.Netlink.Qdiscs(link).Select(kind => $"qdisc {kind} on {link.Name}").Concat(staging.Netlink.UncarriedNeighbours(link));

    /// <summary>Every link of the host's namespace.</summary>
    public IReadOnlyList<LinkInfo> HostLinks()
    {
        using var netlink = host.OpenNetlink();
        return netlink.Links();
    }

    /// <summary>
    /// Whether the link may be in any place on its way. What the container may have changed about it (name, MAC, addresses) does not count.
    /// </summary>
    /// <param name="attachmentId">The attachment.</param>
    /// <param name="ifname">The link's name in the staging namespace.</param>
    /// <param name="hostIfname">Its name in the host's.</param>
    /// <param name="sandboxPath">The container's namespace.</param>
    /// <param name="snapshot">How the link was.</param>
    /// <param name="hostLinks"><see cref="HostLinks"/>: asked for once for all, of which each has one there.</param>
    public bool IsSomewhere(string attachmentId, string ifname, string hostIfname, string sandboxPath, LinkSnapshot snapshot, IReadOnlyList<LinkInfo> hostLinks)
    {
        if (hostLinks.Any(link => link.Name == hostIfname || snapshot.IsOfFallen(link)))
            return true;

        using var sandbox = Sandbox.TryOpen(sandboxPath);
        if (sandbox?.Netlink.Links().Any(snapshot.IsLike) == true)
            return true;

        using var named = Sandbox.TryOpen(PathOf(attachmentId));
        return named?.IsStagingOf(attachmentId) == true && (named.Netlink.FindLink(ifname) ?? named.Netlink.FindLink(hostIfname)) is not null;
    }
}
