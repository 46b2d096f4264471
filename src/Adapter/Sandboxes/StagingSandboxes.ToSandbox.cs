using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes;

/// <summary>Moves a link from the staging namespace to the host, from where Docker moves it to the sandbox.</summary>
internal sealed partial class StagingSandboxes
{
    /// <summary>Moves the link to the host namespace, where Docker looks for it. Does nothing if the link has already left.</summary>
    /// <exception cref="IOException">The kernel refused, for example because another link of the host has the name.</exception>
    public void SendToHost(string attachmentId, string ifname, string hostIfname)
    {
        using var staging = Sandbox.Open(PathOf(attachmentId));
        if (!staging.IsStagingOf(attachmentId))
            return; // The sandbox is mounted at the path: the link has arrived.

        var netlink = staging.Netlink;
        if ((netlink.FindLink(hostIfname) ?? netlink.FindLink(ifname)) is { } link)
        {
            FixMac(netlink, link);
            RenameDown(netlink, link, hostIfname); // Before the move: the name that plugins use never shows on the host.
            MoveToHost(netlink, link.Index, hostIfname);
        }
        else if (!HostHas(hostIfname))
        {
            _ = staging.Require(ifname);
        }
    }

    /// <summary>
    /// Locates the link. When Docker has finished with it in the sandbox, mounts the sandbox at the attachment's path and adds what Docker
    /// does not copy: further addresses, routes of other tables, sources and MTUs of routes, rules, permanent neighbours. Idempotent.
    /// </summary>
    /// <param name="isFinished">This succeeded before, and plugins may have changed the configuration since; it is not restored.</param>
    /// <param name="awaitsGateway">Docker sets the link's default route, so without one it has not finished.</param>
    /// <exception cref="IOException">The kernel refused, for example because the sandbox has a conflicting route.</exception>
    public Arrival TryFinishArrival(
        string attachmentId, string hostIfname, string sandboxPath, LinkSnapshot snapshot, OwnDefaultRoutes own = default,
        bool isFinished = false, bool awaitsGateway = false)
    {
        if (HostHas(hostIfname))
            return new Arrival(ArrivalState.InHost, null);

        using var sandbox = Sandbox.TryOpen(sandboxPath);
        if (sandbox is null)
            return new Arrival(ArrivalState.NotReady, null); // See Sandbox.Exists.

        if (sandbox.Find(snapshot, host) is not { } found)
        {
            var elsewhere = sandbox.Alike(snapshot, host).Any() ? ArrivalState.NotReady : ArrivalState.Gone;
            return new Arrival(HostHas(hostIfname) ? ArrivalState.InHost : elsewhere, null);
        }

        var link = new SandboxLink(sandbox, found);
        if (isFinished)
        {
            MountOver(attachmentId, sandbox.Namespace); // A previous process with a mount namespace of its own took its mounts with it.
            new SandboxDefaults(sandbox, found, own).Settle(link.WithoutIPv6WhereOff(snapshot), isFinished);
            return new Arrival(ArrivalState.Arrived, found.Name);
        }

        if (!link.IsConfiguredByDocker(link.WithoutIPv6WhereOff(snapshot), own, awaitsGateway))
            return new Arrival(ArrivalState.NotReady, null);

        MountOver(attachmentId, sandbox.Namespace);
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
            // Before Docker 28 the container's own sysctls are applied at the same time, and have disabled IPv6 meanwhile.
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
            host.Take(netlink, index, hostIfname);
        }
        catch (KernelException taken) when (taken.Errno == Errno.EEXIST)
        {
            throw new IOException(
                $"{taken.Message}. The host has another link of that name, which cnm-cni did not make; " +
                $"rename it or remove it (ip link delete {hostIfname}).",
                taken);
        }
    }

    private void MountOver(string attachmentId, NetworkNamespace sandbox)
    {
        using (var named = NetworkNamespace.TryOpen(PathOf(attachmentId)))
        {
            if (named?.IsSameAs(sandbox) == true)
                return;
        }

        Create(attachmentId);
        sandbox.MountAt(PathOf(attachmentId));
    }

    // Sets the MAC that the link has: addr_assign_type becomes NET_ADDR_SET, and udev (systemd.link(5) MACAddressPolicy) and NetworkManager
    // leave a set MAC alone.
    private static void FixMac(RouteNetlink netlink, LinkInfo link)
    {
        if (link.SharesMac || MacAddress.Parse(link.Mac) is not { } mac)
            return;

        try
        {
            netlink.SetMac(link.Index, mac);
        }
        catch (KernelException)
        {
            // The driver refuses every change of the MAC, so udev's too.
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

/// <summary>How far a link is on its way to the sandbox, and its name there once it has arrived.</summary>
internal readonly record struct Arrival(ArrivalState State, string? InterfaceName);

internal enum ArrivalState
{
    /// <summary>Docker has not moved it yet.</summary>
    InHost,

    /// <summary>It is in the sandbox or about to be, and Docker has not finished with it.</summary>
    NotReady,

    /// <summary>It is in the sandbox with its whole configuration, and the sandbox is mounted at the attachment's path.</summary>
    Arrived,

    /// <summary>It is in neither namespace.</summary>
    Gone,
}
