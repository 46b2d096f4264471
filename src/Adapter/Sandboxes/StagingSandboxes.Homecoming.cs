using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes;

/// <summary>The way back, so that plugins undo what they did where they did it.</summary>
internal sealed partial class StagingSandboxes
{
    // Docker may be moving the link from the sandbox to the host just now, so that it is missed in both.
    private const int Rounds = 3;

    /// <summary>
    /// Makes the attachment's path name its staging namespace again, with the link in it under its old name and with everything it had when
    /// the snapshot was taken. (1) The sandbox is taken off the path, and what was added to it beside the link is taken back. (2) The link
    /// is looked for in the staging namespace, in the host's, in the sandbox; when it is in none, another is made that stands in for it.
    /// (3) It gets back what it had. Nothing that is not ours is touched. Idempotent.
    /// </summary>
    /// <param name="sandboxPath">Where the link went, if anywhere.</param>
    /// <param name="snapshot">Null when the plugins never finished: then all that can be offered to them is a namespace.</param>
    public LinkHome BringHome(string attachmentId, string ifname, string hostIfname, string? sandboxPath, LinkSnapshot? snapshot)
    {
        var (staging, covering) = Uncover(attachmentId); // (1)
        using (staging)
        using (covering)
        {
            if (snapshot is null)
                return LinkHome.Home;

            if (covering is not null)
                SandboxLink.Withdraw(covering.Netlink, covering.Find(snapshot, host), snapshot);

            var found = FindHome(staging, ifname, hostIfname) ?? Fetch(staging, ifname, hostIfname, covering, sandboxPath, snapshot); // (2)
            staging.Require(ifname).Restore(snapshot); // (3)
            return found;
        }
    }

    private static LinkHome? FindHome(Sandbox staging, string ifname, string hostIfname)
    {
        if ((staging.Netlink.FindLink(ifname) ?? staging.Netlink.FindLink(hostIfname)) is not { } link)
            return null;

        RenameDown(staging.Netlink, link, ifname);
        return LinkHome.Home;
    }

    private LinkHome Fetch(Sandbox staging, string ifname, string hostIfname, Sandbox? covering, string? sandboxPath, LinkSnapshot snapshot)
    {
        using var hostNetlink = host.OpenNetlink();
        using var sandbox = sandboxPath is null ? null : Sandbox.TryOpen(sandboxPath);
        for (var round = 1; round <= Rounds; round++)
        {
            if (hostNetlink.FindLink(hostIfname) is { } returned
                && snapshot.IsOfInHost(returned)
                && TryMove(hostNetlink, returned, staging, ifname))
            {
                return LinkHome.Returned;
            }

            if (TryFetch(covering, staging, ifname, snapshot) || TryFetch(sandbox, staging, ifname, snapshot))
                return LinkHome.FetchedFromSandbox;
        }

        if (hostNetlink.Links().FirstOrDefault(snapshot.IsOfFallen) is { } fallen && TryMove(hostNetlink, fallen, staging, ifname))
            return LinkHome.Returned;

        AddStandIn(staging, ifname, hostIfname, snapshot);
        return LinkHome.StandIn;
    }

    // Where the plugin gives a device back to the host under the name written on it, that name must be nobody else's.
    private static void AddStandIn(Sandbox staging, string ifname, string hostIfname, LinkSnapshot snapshot)
    {
        staging.Netlink.AddVethPair(ifname);
        if (snapshot.Alias is not null)
            staging.Netlink.SetAlias(staging.Require(ifname).Info.Index, hostIfname);
    }

    private bool TryFetch(Sandbox? sandbox, Sandbox staging, string ifname, LinkSnapshot snapshot) =>
        sandbox?.Find(snapshot, host) is { } left && TryMove(sandbox.Netlink, left, staging, ifname);

    private static bool TryMove(RouteNetlink netlink, LinkInfo link, Sandbox staging, string ifname)
    {
        try
        {
            netlink.Move(link.Index, staging.Namespace, ifname);
            return true;
        }
        catch (KernelException gone) when (gone.Errno == Errno.ENODEV)
        {
            return false; // Docker was faster; where it put the link shows in the next round.
        }
    }
}
