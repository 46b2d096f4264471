using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Sandboxes;

/// <summary>The way back, so that plugins undo what they did where they did it.</summary>
internal sealed partial class StagingSandboxes
{
    // Docker may be moving the link from the sandbox to the host just now, so that it is missed in both.
    private const int Rounds = 3;

    /// <summary>
    /// Makes the attachment's path name its staging namespace again, with the link in it under its old name and with everything it had when the snapshot was taken.
    /// (1) The sandbox is uncovered, and what was added to it beside the link is taken back. (2) The link is looked for in the staging namespace, in the host's, in
    /// the sandbox; when it is in none, another is made that stands in for it. (3) It gets back what it had. Nothing that is not ours is touched. Idempotent.
    /// </summary>
    /// <param name="sandboxPath">Where the link went, if anywhere.</param>
    /// <param name="snapshot">Null when the plugins never finished: then all that can be offered to them is a namespace.</param>
    public LinkHome BringHome(string attachmentId, string ifname, string hostIfname, string? sandboxPath, LinkSnapshot? snapshot)
    {
        using var covering = OpenCovering(attachmentId);
        using var sandbox = sandboxPath is null ? null : NetworkNamespace.TryOpen(sandboxPath);
        Create(attachmentId); // (1)
        if (snapshot is null)
        {
            return LinkHome.Home;
        }

        Withdraw(covering, snapshot);
        using var staging = NetworkNamespace.Open(PathOf(attachmentId));
        using var netlink = staging.OpenNetlink();
        var found = Fetch(staging, netlink, (ifname, hostIfname), covering ?? sandbox, snapshot); // (2)
        new SandboxLink(staging, netlink, Require(netlink, ifname, staging)).Restore(snapshot); // (3)
        return found;
    }

    private LinkHome Fetch(
        NetworkNamespace staging, RouteNetlink netlink, (string Ifname, string HostIfname) names, NetworkNamespace? sandbox, LinkSnapshot snapshot)
    {
        if ((netlink.FindLink(names.Ifname) ?? netlink.FindLink(names.HostIfname)) is { } link)
        {
            RenameDown(netlink, link, names.Ifname);
            return LinkHome.Home;
        }

        using var hostNetlink = host.OpenNetlink();
        using var sandboxNetlink = sandbox is null || sandbox.IsSameAs(host) ? null : sandbox.OpenNetlink();
        for (var round = 1; round <= Rounds; round++)
        {
            if (hostNetlink.FindLink(names.HostIfname) is { } returned && snapshot.IsLike(returned) && TryMove(hostNetlink, returned, staging, names.Ifname))
            {
                return LinkHome.Returned;
            }

            if (sandboxNetlink?.Links().FirstOrDefault(snapshot.IsOf) is { } left && TryMove(sandboxNetlink, left, staging, names.Ifname))
            {
                return LinkHome.FetchedFromSandbox;
            }
        }

        netlink.AddVethPair(names.Ifname, MacAddress.Parse(snapshot.Mac), snapshot.Mtu);
        return LinkHome.StandIn;
    }

    private static bool TryMove(RouteNetlink netlink, LinkInfo link, NetworkNamespace staging, string ifname)
    {
        try
        {
            netlink.Move(link.Index, staging, ifname);
            return true;
        }
        catch (KernelException gone) when (gone.Errno == Errno.ENODEV)
        {
            return false; // Docker was faster; where it put the link shows in the next round.
        }
    }

    private static void Withdraw(NetworkNamespace? sandbox, LinkSnapshot snapshot)
    {
        if (sandbox is null)
        {
            return;
        }

        using var netlink = sandbox.OpenNetlink();
        SandboxLink.Withdraw(netlink, netlink.Links().FirstOrDefault(snapshot.IsOf), snapshot);
    }
}
