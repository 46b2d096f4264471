namespace Bridge.Adapter.Sandboxes;

/// <summary>Looks at what is there, and changes nothing.</summary>
internal sealed partial class StagingSandboxes
{
    /// <summary>The attachments that have a path here, whatever it names.</summary>
    public IReadOnlyList<string> Ids() =>
        Directory.Exists(directory) ? [.. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path))] : [];

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
        {
            return true;
        }

        using var sandbox = Sandbox.TryOpen(sandboxPath);
        if (sandbox?.Netlink.Links().Any(snapshot.IsLike) == true)
        {
            return true;
        }

        using var named = Sandbox.TryOpen(PathOf(attachmentId));
        return named?.IsStagingOf(attachmentId) == true && (named.Netlink.FindLink(ifname) ?? named.Netlink.FindLink(hostIfname)) is not null;
    }
}
