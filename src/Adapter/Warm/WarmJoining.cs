using Bridge.Adapter.Attachments;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Warm;

/// <summary>
/// Join of a warm attachment with direct attach: its link is one move away from the sandbox, and no plugin runs. Docker moves nothing.
/// </summary>
internal sealed class WarmJoining(Journal journal, StagingSandboxes staging)
{
    /// <summary>
    /// (1) The sandbox and the link's name there are written. (2) The link moves, with its configuration. (3) As after an ADD in the
    /// sandbox: the user's sysctls, and Docker's choice among the gateways. A failure leaves an attachment that can be removed. Idempotent.
    /// </summary>
    /// <param name="record">A warm attachment that a container has taken.</param>
    /// <param name="sandboxKey">The sandbox's path.</param>
    /// <param name="isIPv6Off">The user has switched IPv6 off in the sandbox.</param>
    /// <exception cref="IOException">The kernel or the disk refused.</exception>
    public AttachmentRecord Enter(AttachmentRecord record, string sandboxKey, bool isIPv6Off)
    {
        if (record.Phase == AttachmentPhase.Added)
        {
            var joining = record with
            {
                SandboxKey = sandboxKey,
                SandboxExistedAtJoin = true,
                SandboxInterfaceName = Sandbox.NextInterfaceName(sandboxKey, InterfaceNames.SandboxPrefix),
            };
            record = journal.Attachments.Enter(joining, AttachmentPhase.Joined); // (1)
        }

        var (ifname, snapshot) = (record.SandboxInterfaceName!, record.Snapshot!);
        staging.SendToSandbox(
            record.ContainerId, record.HostInterfaceName, sandboxKey, ifname, isIPv6Off ? snapshot.WithoutIPv6() : snapshot); // (2)
        Sandbox.ApplySysctls(sandboxKey, ifname, [.. record.Sysctls.Select(sysctl => sysctl.Setting)]); // (3)
        OwnDefaultRoutes Own(LinkSnapshot moved) => (record with { Snapshot = moved }).OwnDefaultRoutes();
        Sandbox.Finish(sandboxKey, ifname, snapshot, Own);
        return record;
    }
}
