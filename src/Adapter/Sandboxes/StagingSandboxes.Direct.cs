using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Sandboxes;

/// <summary>Moves links between the host namespace and the sandbox without Docker.</summary>
internal sealed partial class StagingSandboxes
{
    /// <summary>
    /// (1) Mounts the sandbox at the attachment's path: Docker may forget a sandbox that a process keeps alive. (2) Moves a waiting link
    /// there. (3) Restores what the link has lost with the move, but for its default routes: <see cref="SandboxDefaults"/> sets them.
    /// Idempotent.
    /// </summary>
    /// <exception cref="IOException">The link is gone, or the kernel refused.</exception>
    public void SendToSandbox(string attachmentId, string hostIfname, string sandboxPath, string ifname, LinkSnapshot snapshot)
    {
        using var sandbox = Sandbox.Open(sandboxPath);
        MountOver(attachmentId, sandbox.Namespace); // (1)
        using (var netlink = host.OpenNetlink())
        {
            if (netlink.FindLink(hostIfname) is { } waiting && snapshot.IsOfInHost(waiting))
                sandbox.Namespace.Take(netlink, waiting.Index, ifname); // (2)
        }

        if (sandbox.Find(snapshot, host) is not { } link)
            throw new IOException($"the link {hostIfname} is neither in the host's namespace nor in {sandbox.Namespace}");

        var withoutDefaults = snapshot with { Routes = [.. snapshot.Routes.Where(route => !route.IsMainDefault)] };
        if (new SandboxLink(sandbox, link).Restore(withoutDefaults) is [var failure, ..]) // (3)
            throw failure;
    }

    /// <summary>
    /// Moves the link from the sandbox to the host namespace, where it waits. Does nothing if the sandbox does not have it.
    /// </summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public void ReturnToHost(string attachmentId, string hostIfname, string sandboxPath, LinkSnapshot snapshot)
    {
        using var sandbox = TryOpenMounted(attachmentId) ?? Sandbox.TryOpen(sandboxPath);
        if (sandbox?.Find(snapshot, host) is not { } link)
            return;

        RenameDown(sandbox.Netlink, link, hostIfname);
        MoveToHost(sandbox.Netlink, link.Index, hostIfname);
    }
}
