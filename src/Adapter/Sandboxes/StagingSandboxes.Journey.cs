using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes;

/// <summary>The way out: from the staging namespace through the host's into the sandbox.</summary>
internal sealed partial class StagingSandboxes
{
    /// <summary>Puts the link where Docker looks for it. A link that is there already, or further on its way, is left alone.</summary>
    /// <exception cref="IOException">The kernel refused, for example because the host has another link of that name.</exception>
    public void SendToHost(string attachmentId, string ifname, string hostIfname)
    {
        using var staging = Sandbox.Open(PathOf(attachmentId));
        if (!staging.IsStagingOf(attachmentId))
            return; // The path names the sandbox: the link has arrived.

        var netlink = staging.Netlink;
        if ((netlink.FindLink(hostIfname) ?? netlink.FindLink(ifname)) is { } link)
        {
            ClaimMac(netlink, link);
            RenameDown(netlink, link, hostIfname); // Before the move: the host never sees the name that plugins use.
            MoveToHost(netlink, link.Index, hostIfname);
        }
        else if (!HostHas(hostIfname))
        {
            _ = staging.Require(ifname);
        }
    }

    /// <summary>
    /// Looks how far the link is. When Docker has finished with it in the sandbox, makes the attachment's path name that sandbox, and puts
    /// back what Docker cannot carry: further addresses, routes of other tables, sources and MTUs of routes, rules, permanent neighbours.
    /// Whose default route is set is Docker's choice. Idempotent.
    /// </summary>
    /// <param name="isFinished">It was there before, and plugins have worked in the sandbox since: what is there now is as they want it.</param>
    /// <param name="awaitsGateway">Docker sets the link's default route, so it has not finished without one.</param>
    /// <exception cref="IOException">
    /// The kernel refused something that belongs to the link, for example because the sandbox has another route in its place.
    /// </exception>
    public Arrival TryFinishArrival(
        string attachmentId, string hostIfname, string sandboxPath, LinkSnapshot snapshot, OwnDefaultRoutes own = default, bool isFinished = false,
        bool awaitsGateway = false)
    {
        if (HostHas(hostIfname))
            return new Arrival(ArrivalState.InHost, null);

        using var sandbox = Sandbox.TryOpen(sandboxPath);
        if (sandbox is null)
            return new Arrival(ArrivalState.NotReady, null); // Docker makes an empty file first and mounts the namespace there later.

        if (sandbox.Find(snapshot, host) is not { } found)
        {
            var elsewhere = sandbox.Alike(snapshot, host).Any() ? ArrivalState.NotReady : ArrivalState.Gone;
            return new Arrival(HostHas(hostIfname) ? ArrivalState.InHost : elsewhere, null);
        }

        var link = new SandboxLink(sandbox, found);
        if (isFinished)
        {
            Cover(attachmentId, sandbox.Namespace); // Mounts may have gone with an earlier process, when it had a mount namespace of its own.
            new SandboxDefaults(sandbox, found, own).Settle(link.WithoutIPv6WhereOff(snapshot), isFinished);
            return new Arrival(ArrivalState.Arrived, found.Name);
        }

        if (!link.IsConfiguredByDocker(link.WithoutIPv6WhereOff(snapshot), own, awaitsGateway))
            return new Arrival(ArrivalState.NotReady, null);

        Cover(attachmentId, sandbox.Namespace);
        Complete(sandbox, link, link.WithoutIPv6WhereOff(snapshot), own);
        return new Arrival(ArrivalState.Arrived, found.Name);
    }

    private static void Complete(Sandbox sandbox, SandboxLink link, LinkSnapshot snapshot, OwnDefaultRoutes own)
    {
        try
        {
            link.Complete(snapshot);
            new SandboxDefaults(sandbox, link.Info, own).Settle(snapshot, isFinished: false);
        }
        catch (IOException) when (!ReferenceEquals(link.WithoutIPv6WhereOff(snapshot), snapshot))
        {
            // Before Docker 28 the container's own sysctls come at this very time, and have switched IPv6 off meanwhile.
            Complete(sandbox, link, link.WithoutIPv6WhereOff(snapshot), own);
            return;
        }

        Announcement.Send(sandbox.Namespace, link.Info, sandbox.Netlink.Addresses(link.Info));
    }

    private bool HostHas(string hostIfname)
    {
        using var netlink = host.OpenNetlink();
        return netlink.FindLink(hostIfname) is not null;
    }

    private void MoveToHost(RouteNetlink netlink, int index, string hostIfname)
    {
        try
        {
            netlink.Move(index, host, hostIfname);
        }
        catch (KernelException taken) when (taken.Errno == Errno.EEXIST)
        {
            throw new IOException(
                $"{taken.Message}. The host has another link of that name, which the bridge did not make; " +
                $"rename it or remove it (ip link delete {hostIfname}).",
                taken);
        }
    }

    private void Cover(string attachmentId, NetworkNamespace sandbox)
    {
        using (var named = NetworkNamespace.TryOpen(PathOf(attachmentId)))
        {
            if (named?.IsSameAs(sandbox) == true)
                return;
        }

        Create(attachmentId);
        sandbox.MountAt(PathOf(attachmentId));
    }

    // udev and NetworkManager may change the MAC of a link that appears in the host namespace, unless somebody chose it: so it is chosen,
    // as it is.
    private static void ClaimMac(RouteNetlink netlink, LinkInfo link)
    {
        if (link.SharesMac || MacAddress.Parse(link.Mac) is not { } mac)
            return;

        try
        {
            netlink.SetMac(link.Index, mac);
        }
        catch (KernelException)
        {
            // A driver that does not let its MAC be set has none that others could change.
        }
    }

    private static void RenameDown(RouteNetlink netlink, LinkInfo link, string name)
    {
        if (link.Name == name)
            return;

        if (link.IsUp)
            netlink.SetDown(link.Index);

        netlink.Rename(link.Index, name);
    }
}
