using System.Net.NetworkInformation;
using Bridge.Adapter.Faults;
using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// The namespaces in which plugins work, one per attachment, mounted in one directory; and the journey of their links.
/// <code>
/// &lt;directory&gt;/&lt;attachment id&gt;   the netns path given to plugins. Names the attachment's own staging namespace, and from
///                              the link's arrival in the sandbox until it comes home that sandbox: mounted on top, so that
///                              the path never names nothing.
/// </code>
/// A staging namespace is told from others by the alias of its loopback. The caller lets one operation at a time happen to an attachment.
/// </summary>
internal sealed partial class StagingSandboxes(string directory, NetworkNamespace host)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string PathOf(string attachmentId) => Path.Combine(directory, attachmentId);

    /// <summary>
    /// Makes sure that the path names the attachment's own staging namespace: keeps it, uncovers it, or replaces whatever else is there.
    /// </summary>
    public void Create(string attachmentId)
    {
        var (staging, covering) = Uncover(attachmentId);
        covering?.Dispose();
        staging.Dispose();
    }

    /// <summary>Lets go of the namespace, and of the sandbox if the path names that. Idempotent.</summary>
    public void Remove(string attachmentId) => NetworkNamespace.Unmount(PathOf(attachmentId));

    /// <summary>What the plugins left.</summary>
    /// <exception cref="IOException">There is no such link, or something about it could not be put back after a move.</exception>
    public LinkSnapshot Capture(string attachmentId, string ifname)
    {
        using var staging = Sandbox.Open(PathOf(attachmentId));
        return staging.Require(ifname).Read() with { PeerIsInHost = PeerIsInHost(staging, ifname) };
    }

    /// <summary>What plugins that have not finished have left so far; null when there is no link of theirs, or one that could not be put back.</summary>
    public LinkSnapshot? TryCapture(string attachmentId, string ifname)
    {
        using var staging = Sandbox.TryOpen(PathOf(attachmentId));
        if (staging is null || !staging.IsStagingOf(attachmentId) || staging.Netlink.FindLink(ifname) is null)
            return null;

        try
        {
            return staging.Require(ifname).Read() with { PeerIsInHost = PeerIsInHost(staging, ifname) };
        }
        catch (IOException)
        {
            return null; // ADD is refused for it when it has finished.
        }
    }

    /// <summary>Gives the link sysctls that a user asked for.</summary>
    /// <param name="sysctls">Keys as <c>net.ipv4.conf.IFNAME.key</c>.</param>
    /// <exception cref="IOException">A key is none of a link, the kernel does not have it, or refuses the value.</exception>
    public static void ApplySysctls(string sandboxPath, string ifname, IReadOnlyList<KeyValuePair<string, string>> sysctls)
    {
        List<LinkSysctl> wanted = [.. sysctls.Select(sysctl => LinkSysctls.Parse(sysctl.Key, sysctl.Value))];
        using var sandbox = NetworkNamespace.Open(sandboxPath);
        new LinkSysctls(sandbox).Set(ifname, wanted);
    }

    /// <summary>Gives the link another MAC, and keeps everything else as it is.</summary>
    /// <exception cref="IOException">Its driver does not let its MAC be chosen, or something else did not survive the change.</exception>
    public void SetMac(string attachmentId, string ifname, PhysicalAddress mac)
    {
        using var staging = Sandbox.Open(PathOf(attachmentId));
        var link = staging.Require(ifname);
        if (link.Info.SharesMac)
        {
            throw new IOException(
                $"could not give {ifname} the MAC {MacAddress.Format(mac)}: a link of kind {link.Info.Kind} has its parent's, {link.Info.Mac}. " +
                "Use a network whose addresses come without a MAC (--ipam-driver null), and leave --mac-address out.");
        }

        var before = link.Read();

        // Down, because some drivers insist on it, and because the link-local address of the old MAC goes with it; but so do neighbours,
        // routes and IPv6 addresses.
        staging.Netlink.SetDown(link.Info.Index);
        staging.Netlink.SetMac(link.Info.Index, mac);
        if (staging.Require(ifname).Restore(before with { Mac = MacAddress.Format(mac) }) is [var failure, ..])
            throw failure;
    }

    /// <summary>
    /// The staging namespace, after whatever covered it has been taken off; and that sandbox, still held. Makes the staging namespace if
    /// there is none.
    /// </summary>
    private (Sandbox Staging, Sandbox? Covering) Uncover(string attachmentId)
    {
        var path = PathOf(attachmentId);
        Sandbox? found = null, covering = null;
        try
        {
            do
            {
                FaultPoint.Pass(FaultKind.Mount, $"away from {path}");
                found = Sandbox.TryOpen(path);
                if (found?.IsStagingOf(attachmentId) == true)
                    return (found, covering);

                if (found is not null)
                {
                    covering?.Dispose();
                    (covering, found) = (found, null);
                }
            }
            while (NamespaceCalls.TryUnmount(path));

            return (Make(attachmentId), covering);
        }
        catch
        {
            // A namespace lives as long as a descriptor of it.
            found?.Dispose();
            covering?.Dispose();
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
