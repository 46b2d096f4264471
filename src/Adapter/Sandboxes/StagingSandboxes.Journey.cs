using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Sandboxes;

/// <summary>The way out: from the staging namespace through the host's into the sandbox.</summary>
internal sealed partial class StagingSandboxes
{
    /// <summary>Puts the link where Docker looks for it. A link that is there already, or further on its way, is left alone.</summary>
    /// <exception cref="KernelException">The kernel refused, for example because the host has another link of that name.</exception>
    public void SendToHost(string attachmentId, string ifname, string hostIfname)
    {
        using var staging = OpenOwn(attachmentId);
        if (staging is null)
        {
            if (NetworkNamespace.IsNamespace(PathOf(attachmentId)))
            {
                return; // The path names the sandbox: the link has arrived.
            }

            throw new IOException($"could not send interface {ifname} to the host: there is no staging namespace {PathOf(attachmentId)}. Start the container again.");
        }

        using var netlink = staging.OpenNetlink();
        if ((netlink.FindLink(hostIfname) ?? netlink.FindLink(ifname)) is { } link)
        {
            ClaimMac(netlink, link);
            RenameDown(netlink, link, hostIfname); // Before the move: the host never sees the name that plugins use.
            netlink.Move(link.Index, host, hostIfname);
        }
        else
        {
            using var hostNetlink = host.OpenNetlink();
            _ = hostNetlink.FindLink(hostIfname) ?? Require(netlink, ifname, staging);
        }
    }

    /// <summary>
    /// Looks how far the link is. When Docker has finished with it in the sandbox, makes the attachment's path name that sandbox, and puts back what Docker cannot
    /// carry: further addresses, routes of other tables, sources and MTUs of routes, rules, permanent neighbours. The default route is Docker's choice. Idempotent.
    /// </summary>
    /// <exception cref="KernelException">The kernel refused something that belongs to the link, for example because the sandbox has another route in its place.</exception>
    public ArrivalState TryFinishArrival(string attachmentId, string hostIfname, string sandboxPath, LinkSnapshot snapshot)
    {
        using var hostNetlink = host.OpenNetlink();
        if (hostNetlink.FindLink(hostIfname) is not null)
        {
            return ArrivalState.InHost;
        }

        using var sandbox = NetworkNamespace.TryOpen(sandboxPath);
        if (sandbox is null)
        {
            return ArrivalState.NotReady; // Docker makes an empty file first and mounts the namespace there later.
        }

        using var netlink = sandbox.OpenNetlink();
        if (netlink.Links().FirstOrDefault(snapshot.IsOf) is not { } found)
        {
            return hostNetlink.FindLink(hostIfname) is not null ? ArrivalState.InHost : ArrivalState.Gone;
        }

        var link = new SandboxLink(sandbox, netlink, found);
        if (!link.IsConfiguredByDocker(snapshot))
        {
            return ArrivalState.NotReady;
        }

        Point(attachmentId, sandbox);
        link.Complete(snapshot);
        return ArrivalState.Arrived;
    }

    private void Point(string attachmentId, NetworkNamespace sandbox)
    {
        using var covering = OpenCovering(attachmentId);
        if (covering?.IsSameAs(sandbox) == true)
        {
            return;
        }

        Uncover(attachmentId)?.Dispose();
        sandbox.MountAt(PathOf(attachmentId));
    }

    // udev and NetworkManager may change the MAC of a link that appears in the host namespace, unless somebody chose it: so it is chosen, as it is.
    private static void ClaimMac(RouteNetlink netlink, LinkInfo link)
    {
        if (MacAddress.Parse(link.Mac) is not { } mac)
        {
            return;
        }

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
        {
            return;
        }

        if (link.IsUp)
        {
            netlink.SetDown(link.Index);
        }

        netlink.Rename(link.Index, name);
    }
}
