using System.Net.NetworkInformation;
using Bridge.Adapter.Faults;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// The namespaces in which plugins run, one per attachment, mounted in one directory; and the moves of their links.
/// <code>
/// &lt;directory&gt;/&lt;attachment id&gt;   the netns path given to plugins. Leads to the attachment's own staging namespace;
///                              while the link is in the sandbox, or on its way to one that exists, the sandbox is mounted
///                              on top. So the path always leads to a namespace.
/// </code>
/// The alias of its loopback identifies a staging namespace. The caller serializes the operations on an attachment.
/// </summary>
internal sealed partial class StagingSandboxes(string directory, NetworkNamespace host)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string PathOf(string attachmentId) => Path.Combine(directory, attachmentId);

    /// <summary>The attachments that have a path, whatever is there.</summary>
    public IReadOnlyList<string> Ids() =>
        Directory.Exists(directory) ? [.. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path))] : [];

    /// <summary>
    /// Makes the path lead to the attachment's staging namespace: keeps it, unmounts what covers it, or replaces something else.
    /// </summary>
    public void Create(string attachmentId)
    {
        var (staging, mounted) = UnmountSandbox(attachmentId);
        mounted?.Dispose();
        staging.Dispose();
    }

    /// <summary>Releases the staging namespace, and the sandbox where that is mounted. Idempotent.</summary>
    public void Remove(string attachmentId) => NetworkNamespace.Unmount(PathOf(attachmentId));

    /// <summary>
    /// What the plugins configured in the staging namespace: on the link, and beside it what a snapshot does not take to the container.
    /// </summary>
    /// <exception cref="IOException">No link has the name, or it has a route that could not be restored after a move.</exception>
    public StagingContent Read(string attachmentId, string ifname) => StagingContent.Read(PathOf(attachmentId), ifname, host);

    /// <summary>The snapshot of a link of plugins that have not finished; null where there is none, or it could not be restored.</summary>
    public LinkSnapshot? TryCapture(string attachmentId, string ifname)
    {
        using var staging = Sandbox.TryOpen(PathOf(attachmentId));
        if (staging is null || !staging.IsStagingOf(attachmentId) || staging.Netlink.FindLink(ifname) is not { } link)
            return null;

        try
        {
            return new SandboxLink(staging, link).Read() with { PeerIsInHost = staging.HasPeerIn(host, link) };
        }
        catch (IOException)
        {
            return null; // Once ADD has finished, Read reports it.
        }
    }

    /// <summary>Gives the link another MAC and keeps the rest of its configuration.</summary>
    /// <exception cref="IOException">The driver refuses the MAC, or something could not be restored after the change.</exception>
    public void SetMac(string attachmentId, string ifname, PhysicalAddress mac)
    {
        using var staging = Sandbox.Open(PathOf(attachmentId));
        var link = staging.Require(ifname);
        if (link.Info.SharesMac)
        {
            throw new IOException(
                $"could not give {ifname} the MAC {MacAddress.Format(mac)}: a link of kind {link.Info.Kind} has its parent's, " +
                $"{link.Info.Mac}. Use a network whose addresses come without a MAC (--ipam-driver null), and omit --mac-address.");
        }

        var before = link.Read();

        // Down: some drivers require it, and it removes the link-local address of the old MAC. It also removes neighbours, routes and IPv6
        // addresses.
        staging.Netlink.SetDown(link.Info.Index);
        staging.Netlink.SetMac(link.Info.Index, mac);
        if (staging.Require(ifname).Restore(before with { Mac = MacAddress.Format(mac) }) is [var failure, ..])
            throw failure;
    }

    public IReadOnlyList<LinkInfo> HostLinks()
    {
        using var netlink = host.OpenNetlink();
        return netlink.Links();
    }

    /// <summary>
    /// Whether the link may exist in any of its namespaces. Ignores what the container may have changed: name, MAC, addresses.
    /// </summary>
    /// <param name="hostLinks"><see cref="HostLinks"/>, listed once for all attachments.</param>
    public bool IsSomewhere(
        string attachmentId, string ifname, string hostIfname, string sandboxPath, LinkSnapshot snapshot, IReadOnlyList<LinkInfo> hostLinks)
    {
        if (hostLinks.Any(link => link.Name == hostIfname || snapshot.IsReturnedDevice(link)))
            return true;

        using var sandbox = Sandbox.TryOpen(sandboxPath);
        if (sandbox?.Netlink.Links().Any(snapshot.IsLike) == true)
            return true;

        using var named = Sandbox.TryOpen(PathOf(attachmentId));
        return named?.IsStagingOf(attachmentId) == true
            && (named.Netlink.FindLink(ifname) ?? named.Netlink.FindLink(hostIfname)) is not null;
    }

    /// <summary>
    /// Unmounts everything that covers the staging namespace, and makes that if it is missing. Returns it, and the sandbox that was
    /// mounted, still open.
    /// </summary>
    private (Sandbox Staging, Sandbox? Mounted) UnmountSandbox(string attachmentId)
    {
        var path = PathOf(attachmentId);
        Sandbox? found = null, mounted = null;
        try
        {
            do
            {
                FaultPoint.Pass(FaultKind.Mount, $"away from {path}");
                found = Sandbox.TryOpen(path);
                if (found?.IsStagingOf(attachmentId) == true)
                    return (found, mounted);

                if (found is not null)
                {
                    mounted?.Dispose();
                    (mounted, found) = (found, null);
                }
            }
            while (NamespaceCalls.TryUnmount(path));

            return (Make(attachmentId), mounted);
        }
        catch
        {
            // A namespace lives as long as a descriptor of it.
            found?.Dispose();
            mounted?.Dispose();
            throw;
        }
    }

    private Sandbox Make(string attachmentId)
    {
        NetworkNamespace.Unmount(PathOf(attachmentId));
        Directory.CreateDirectory(directory, OwnerOnly);
        var made = Sandbox.CreateStaging(attachmentId);
        try
        {
            made.Namespace.MountAt(PathOf(attachmentId));
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }
}
