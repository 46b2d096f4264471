using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Sandboxes;

/// <summary>Links that plugins make in the sandbox itself, and that never move.</summary>
internal sealed partial class StagingSandboxes
{
    /// <summary>Mounts the sandbox at the attachment's path before any plugin runs. Idempotent.</summary>
    /// <exception cref="IOException">No network namespace is at the path of the sandbox.</exception>
    public void MountSandbox(string attachmentId, string sandboxPath)
    {
        using var sandbox = NetworkNamespace.Open(sandboxPath);
        MountOver(attachmentId, sandbox);
    }

    /// <summary>
    /// Mounts the sandbox at the attachment's path again, where that was lost with the previous process. One that is mounted stays: after a
    /// restart of Docker another namespace may be at the path of the sandbox.
    /// </summary>
    /// <exception cref="IOException">No network namespace is at the path of the sandbox.</exception>
    public void KeepSandbox(string attachmentId, string sandboxPath)
    {
        using var mounted = TryOpenMounted(attachmentId);
        if (mounted is null)
            MountSandbox(attachmentId, sandboxPath);
    }

    /// <summary>
    /// What the plugins configured in a sandbox with other links: without those links, and without the rules and routes of the baseline.
    /// </summary>
    /// <exception cref="IOException">No link has the name.</exception>
    public LinkSnapshot CaptureInSandbox(string sandboxPath, string ifname, SandboxBaseline before)
    {
        using var sandbox = Sandbox.Open(sandboxPath);
        return Capture(sandbox, sandbox.Require(ifname), before);
    }

    /// <summary>As <see cref="CaptureInSandbox"/>, of plugins that have not finished; null when they have made no link.</summary>
    public LinkSnapshot? TryCaptureInSandbox(string sandboxPath, string ifname, SandboxBaseline before)
    {
        using var sandbox = Sandbox.TryOpen(sandboxPath);
        return sandbox?.Netlink.FindLink(ifname) is { } link ? Capture(sandbox, new SandboxLink(sandbox, link), before) : null;
    }

    /// <summary>
    /// After Docker has chosen among the gateways: where it chose this link's, restores the link's default routes. Idempotent.
    /// </summary>
    public void SettleDefaultRoutes(string sandboxPath, LinkSnapshot snapshot, OwnDefaultRoutes own = default) =>
        WithDefaults(sandboxPath, snapshot, own, defaults => defaults.Settle(snapshot, isFinished: true));

    /// <summary>
    /// After Docker has chosen the gateway of another of the container's networks: removes the link's default routes. Idempotent.
    /// </summary>
    public void GiveWay(string sandboxPath, LinkSnapshot snapshot, OwnDefaultRoutes own = default) =>
        WithDefaults(sandboxPath, snapshot, own, defaults => defaults.GiveWay(snapshot));

    /// <summary>Whether IPv6 is off for the interface, in the namespace at the attachment's path.</summary>
    public bool IsIPv6OffFor(string attachmentId, string ifname)
    {
        using var sandbox = Sandbox.Open(PathOf(attachmentId));
        return new LinkSysctls(sandbox.Namespace).IsIPv6Off(ifname);
    }

    /// <summary>
    /// Makes the attachment's path lead to the namespace in which DEL must run: the sandbox, as long as the link is there under its name;
    /// otherwise the staging namespace, as <see cref="Return"/> does. Idempotent.
    /// </summary>
    /// <param name="snapshot">Null when ADD never finished.</param>
    public LinkOrigin ReturnUnlessInPlace(string attachmentId, string ifname, string hostIfname, string sandboxPath, LinkSnapshot? snapshot)
    {
        using (var sandbox = TryOpenMounted(attachmentId) ?? Sandbox.TryOpen(sandboxPath))
        {
            var found = snapshot is null ? null : sandbox?.Find(snapshot, host);
            if (sandbox is not null && (snapshot is null || found?.Name == ifname))
            {
                // The container may have flushed the addresses by which plugins find their rules.
                if (found is not null)
                    new SandboxLink(sandbox, found).RestoreAddresses(snapshot!);

                MountOver(attachmentId, sandbox.Namespace);
                return LinkOrigin.InPlace;
            }
        }

        return Return(attachmentId, ifname, hostIfname, sandboxPath, snapshot);
    }

    private LinkSnapshot Capture(Sandbox sandbox, SandboxLink link, SandboxBaseline before) =>
        link.ReadAmongOthers(before) with { PeerIsInHost = sandbox.HasPeerIn(host, link.Info) };

    private Sandbox? TryOpenMounted(string attachmentId)
    {
        if (Sandbox.TryOpen(PathOf(attachmentId)) is not { } named)
            return null;

        if (!named.IsStagingOf(attachmentId))
            return named;

        named.Dispose();
        return null;
    }

    // Does nothing if the container has removed its link.
    private void WithDefaults(string sandboxPath, LinkSnapshot snapshot, OwnDefaultRoutes own, Action<SandboxDefaults> body)
    {
        using var sandbox = Sandbox.TryOpen(sandboxPath);
        if (sandbox?.Find(snapshot, host) is { } link)
            body(new SandboxDefaults(sandbox, link, own));
    }
}
