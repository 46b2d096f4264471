using System.Net.NetworkInformation;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// The namespaces in which plugins work, one per attachment, mounted in one directory; and the journey of their links.
/// <code>
/// &lt;directory&gt;/&lt;attachment id&gt;   the netns path given to plugins. Names the attachment's own staging namespace, and from the link's arrival
///                              in the sandbox until it comes home that sandbox: mounted on top, so that the path never names nothing.
/// </code>
/// A staging namespace is told from others by the alias of its loopback. The caller lets one operation at a time happen to an attachment.
/// </summary>
internal sealed partial class StagingSandboxes(string directory, NetworkNamespace host)
{
    private const int LoopbackIndex = 1;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string PathOf(string attachmentId) => Path.Combine(directory, attachmentId);

    /// <summary>Makes sure that the path names the attachment's own staging namespace: keeps it, uncovers it, or replaces whatever else is there.</summary>
    public void Create(string attachmentId)
    {
        using var own = Uncover(attachmentId);
        if (own is not null)
        {
            return;
        }

        Directory.CreateDirectory(directory, OwnerOnly);
        var path = PathOf(attachmentId);
        NetworkNamespace.Unmount(path);
        using var created = NetworkNamespace.Create();
        using var netlink = created.OpenNetlink();
        netlink.SetAlias(LoopbackIndex, Mark(attachmentId));
        created.MountAt(path);
    }

    /// <summary>Lets go of the namespace, and of the sandbox if the path names that. Idempotent.</summary>
    public void Remove(string attachmentId) => NetworkNamespace.Unmount(PathOf(attachmentId));

    /// <exception cref="IOException">There is no such link, or something about it could not be put back after a move.</exception>
    public LinkSnapshot Capture(string attachmentId, string ifname)
    {
        using var staging = NetworkNamespace.Open(PathOf(attachmentId));
        using var netlink = staging.OpenNetlink();
        return new SandboxLink(staging, netlink, Require(netlink, ifname, staging)).Read();
    }

    /// <summary>Gives the link another MAC, and keeps everything else as it is.</summary>
    public void SetMac(string attachmentId, string ifname, PhysicalAddress mac)
    {
        using var staging = NetworkNamespace.Open(PathOf(attachmentId));
        using var netlink = staging.OpenNetlink();
        var link = Require(netlink, ifname, staging);
        try
        {
            netlink.SetMac(link.Index, mac);
        }
        catch (KernelException insists) when (insists.Errno == Errno.EBUSY)
        {
            // This driver changes the MAC of a link that is down only; going down costs the link its routes and IPv6 addresses.
            var before = new SandboxLink(staging, netlink, link).Read();
            netlink.SetDown(link.Index);
            netlink.SetMac(link.Index, mac);
            new SandboxLink(staging, netlink, Require(netlink, ifname, staging)).Restore(before with { Mac = MacAddress.Format(mac) });
        }
    }

    private static string Mark(string attachmentId) => $"cnm-cni staging {attachmentId}";

    private static bool IsOwn(NetworkNamespace candidate, string attachmentId)
    {
        using var netlink = candidate.OpenNetlink();
        return netlink.FindLink(LoopbackIndex)?.Alias == Mark(attachmentId);
    }

    private static LinkInfo Require(RouteNetlink netlink, string ifname, NetworkNamespace staging) => netlink.FindLink(ifname) ?? throw new IOException(
        $"could not find interface {ifname} in {staging}: there is only {string.Join(", ", netlink.Links().Select(link => link.Name))}. " +
        "The plugins said they succeeded; the chain's first plugin must make the interface that CNI_IFNAME names.");

    /// <summary>The staging namespace if the path names it now.</summary>
    private NetworkNamespace? OpenOwn(string attachmentId)
    {
        var found = NetworkNamespace.TryOpen(PathOf(attachmentId));
        if (found is null || IsOwn(found, attachmentId))
        {
            return found;
        }

        found.Dispose();
        return null;
    }

    /// <summary>The sandbox if the path names one now.</summary>
    private NetworkNamespace? OpenCovering(string attachmentId)
    {
        var found = NetworkNamespace.TryOpen(PathOf(attachmentId));
        if (found is null || !IsOwn(found, attachmentId))
        {
            return found;
        }

        found.Dispose();
        return null;
    }

    /// <summary>Takes sandboxes off the path until the staging namespace shows; null when there is none below.</summary>
    private NetworkNamespace? Uncover(string attachmentId)
    {
        while (true)
        {
            if (OpenOwn(attachmentId) is { } own)
            {
                return own;
            }

            if (!LibC.TryUnmount(PathOf(attachmentId)))
            {
                return null;
            }
        }
    }
}
