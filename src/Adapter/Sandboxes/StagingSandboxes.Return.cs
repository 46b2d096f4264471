using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes;

/// <summary>Moves a link back to the staging namespace, so that DEL runs where ADD ran.</summary>
internal sealed partial class StagingSandboxes
{
    // Docker may be moving the link from the sandbox to the host meanwhile, so that one search finds it in neither.
    private const int Searches = 3;

    /// <summary>
    /// Makes the attachment's path lead to its staging namespace again, with the link under its old name and with the configuration of the
    /// snapshot. (1) Unmounts the sandbox from the path, and removes from it what was added beside the link. (2) Looks for the link in the
    /// staging namespace, the host and the sandbox; if it is in none, makes a stand-in. (3) Restores the configuration. Changes nothing of
    /// other containers. Idempotent.
    /// </summary>
    /// <param name="sandboxPath">The sandbox that may have the link; null for none.</param>
    /// <param name="snapshot">Null when ADD never finished: then the plugins get an empty namespace.</param>
    public LinkOrigin Return(string attachmentId, string ifname, string hostIfname, string? sandboxPath, LinkSnapshot? snapshot)
    {
        var (staging, mounted) = UnmountSandbox(attachmentId); // (1)
        using (staging)
        using (mounted)
        {
            if (snapshot is null)
                return LinkOrigin.Staging;

            if (mounted is not null)
                SandboxLink.Withdraw(mounted.Netlink, mounted.Find(snapshot, host), snapshot);

            var origin = FindInStaging(staging, ifname, hostIfname) // (2)
                ?? Fetch(staging, ifname, hostIfname, mounted, sandboxPath, snapshot);
            staging.Require(ifname).Restore(snapshot); // (3)
            return origin;
        }
    }

    private static LinkOrigin? FindInStaging(Sandbox staging, string ifname, string hostIfname)
    {
        if ((staging.Netlink.FindLink(ifname) ?? staging.Netlink.FindLink(hostIfname)) is not { } link)
            return null;

        RenameDown(staging.Netlink, link, ifname);
        return LinkOrigin.Staging;
    }

    private LinkOrigin Fetch(
        Sandbox staging, string ifname, string hostIfname, Sandbox? mounted, string? sandboxPath, LinkSnapshot snapshot)
    {
        using var hostNetlink = host.OpenNetlink();
        if (TryFetchFromHost(hostNetlink, staging, ifname, hostIfname, snapshot))
            return LinkOrigin.Host; // Where Docker has moved it, nearly always.

        using var sandbox = sandboxPath is null ? null : Sandbox.TryOpen(sandboxPath);
        for (var search = 1; search <= Searches; search++)
        {
            if (TryFetch(mounted, staging, ifname, snapshot) || TryFetch(sandbox, staging, ifname, snapshot))
                return LinkOrigin.Sandbox;

            if (TryFetchFromHost(hostNetlink, staging, ifname, hostIfname, snapshot))
                return LinkOrigin.Host;
        }

        if (hostNetlink.Links().FirstOrDefault(snapshot.IsReturnedDevice) is { } device && TryMove(hostNetlink, device, staging, ifname))
            return LinkOrigin.Host;

        AddStandIn(staging, ifname, hostIfname, snapshot);
        return LinkOrigin.StandIn;
    }

    private static bool TryFetchFromHost(
        RouteNetlink hostNetlink, Sandbox staging, string ifname, string hostIfname, LinkSnapshot snapshot) =>
        hostNetlink.FindLink(hostIfname) is { } returned
        && snapshot.IsOfInHost(returned)
        && TryMove(hostNetlink, returned, staging, ifname);

    // The host-device plugin renames the link to its alias and moves it to the host, so the alias must be free there.
    private static void AddStandIn(Sandbox staging, string ifname, string hostIfname, LinkSnapshot snapshot)
    {
        staging.Netlink.AddVethPair(ifname);
        if (snapshot.Alias is not null)
            staging.Netlink.SetAlias(staging.Require(ifname).Info.Index, hostIfname);
    }

    private bool TryFetch(Sandbox? sandbox, Sandbox staging, string ifname, LinkSnapshot snapshot) =>
        sandbox?.Find(snapshot, host) is { } link && TryMove(sandbox.Netlink, link, staging, ifname);

    private static bool TryMove(RouteNetlink netlink, LinkInfo link, Sandbox staging, string ifname)
    {
        try
        {
            staging.Namespace.Take(netlink, link.Index, ifname);
            return true;
        }
        catch (KernelException gone) when (gone.Errno == Errno.ENODEV)
        {
            return false; // Docker has moved it meanwhile; the next search finds it.
        }
    }
}

/// <summary>Where a link was before it was returned to the staging namespace.</summary>
internal enum LinkOrigin
{
    /// <summary>In the staging namespace already, or ADD never finished.</summary>
    Staging,

    /// <summary>In the host namespace, where Docker or the kernel had moved it.</summary>
    Host,

    /// <summary>Still in the sandbox.</summary>
    Sandbox,

    /// <summary>In the sandbox, where the plugins made it; it was not moved.</summary>
    InPlace,

    /// <summary>Nowhere: a veth stands in for it, so that plugins can read its name and addresses.</summary>
    StandIn,
}
