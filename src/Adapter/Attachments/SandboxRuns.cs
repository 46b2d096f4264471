using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// What happens in the container's own namespace once the link is there: the user's sysctls, and the plugins that program the inside. They
/// are told the name that Docker gave the link.
/// The caller holds the endpoint's gate.
/// </summary>
internal sealed class SandboxRuns(Journal journal, CniAttachment cni, CniRuntime runtime)
{
    /// <summary>Idempotent: what has been done is not done again. What fails has undone itself.</summary>
    /// <exception cref="IOException">The kernel refused a sysctl.</exception>
    /// <exception cref="CniException">A plugin said no.</exception>
    public async Task<AttachmentRecord> EnterAsync(AttachmentRecord record, string ifname)
    {
        var inside = cni.Parts(record).Inside;
        if (record.RanInSandbox)
            return record;

        var entered = record with { SandboxInterfaceName = ifname, RanInSandbox = inside.Plugins.Count > 0, ArrivalProblem = null };
        if (entered != record)
            journal.Attachments.Write(entered);

        StagingSandboxes.ApplySysctls(entered.SandboxKey!, ifname, [.. entered.Sysctls.Select(sysctl => sysctl.Setting)]);
        if (inside.Plugins.Count == 0)
            return entered;

        try
        {
            var result = await runtime.AddAsync(inside, cni.InSandbox(entered), CniRecord.ResultInSandbox(entered), CancellationToken.None);
            entered = entered with { Result = CniRecord.ToElement(CniRecord.Renamed(result, ifname, entered.InterfaceName).Json) };
        }
        catch (CniException failed)
        {
            var left = failed.CleanupFailure is null
                ? null
                : await FailedCleanup.RetryDeleteAsync(runtime, inside, cni.InSandbox(entered), CniRecord.ResultInSandbox(entered));
            if (left is null)
                journal.Attachments.Keep(entered with { RanInSandbox = false });

            throw left is null ? failed.WithoutCleanupFailure() : failed;
        }

        journal.Attachments.Write(entered);
        return entered;
    }

    /// <summary>
    /// Undoes what <see cref="EnterAsync"/> let plugins do, while the attachment's path still names the sandbox: it does even when Docker
    /// has let go of it.
    /// </summary>
    public async Task<AttachmentRecord> LeaveAsync(AttachmentRecord record)
    {
        if (!record.RanInSandbox)
            return record;

        await runtime.DeleteAsync(cni.Parts(record).Inside, cni.InSandbox(record), CniRecord.ResultInSandbox(record), CancellationToken.None);
        journal.Attachments.Keep(record = record with { RanInSandbox = false });
        return record;
    }
}
