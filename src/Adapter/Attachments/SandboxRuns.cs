using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// Runs in the container's own namespace once the link is there: the user's sysctls, and the plugins that configure the sandbox. CNI_IFNAME
/// is the name that Docker gave the link. The caller holds the endpoint's gate.
/// </summary>
internal sealed class SandboxRuns(Journal journal, CniAttachment cni, CniRuntime runtime)
{
    /// <summary>Idempotent: a second call does nothing. A failed run cleans up after itself.</summary>
    /// <exception cref="IOException">The kernel refused a sysctl.</exception>
    /// <exception cref="CniException">A plugin failed.</exception>
    public async Task<AttachmentRecord> EnterAsync(AttachmentRecord record, string ifname)
    {
        var inside = cni.Parts(record).Inside;
        if (record.RanInSandbox)
            return record;

        var entered = record with { SandboxInterfaceName = ifname, RanInSandbox = inside.Plugins.Count > 0, ArrivalProblem = null };
        if (entered != record)
            journal.Attachments.Write(entered);

        Sandbox.ApplySysctls(entered.SandboxKey!, ifname, [.. entered.Sysctls.Select(sysctl => sysctl.Setting)]);
        if (inside.Plugins.Count == 0)
            return entered;

        try
        {
            var result = await runtime.AddAsync(inside, cni.InSandbox(entered), CniRecord.ResultInSandbox(entered), CancellationToken.None);
            entered = entered with { Result = CniRecord.ToElement(CniRecord.Renamed(result, ifname, entered.InterfaceName).Json) };
        }
        catch (CniException failed)
        {
            var remains = failed.CleanupFailure is null
                ? null
                : await FailedCleanup.RetryDeleteAsync(runtime, inside, cni.InSandbox(entered), CniRecord.ResultInSandbox(entered));
            if (remains is null)
                journal.Attachments.Keep(entered with { RanInSandbox = false });

            throw remains is null ? failed.WithoutCleanupFailure() : failed;
        }

        journal.Attachments.Write(entered);
        return entered;
    }

    /// <summary>
    /// DEL of the plugins that <see cref="EnterAsync"/> ran, while the attachment's path names the sandbox. The mount keeps the sandbox
    /// even after Docker has released it.
    /// </summary>
    public async Task<AttachmentRecord> LeaveAsync(AttachmentRecord record)
    {
        if (!record.RanInSandbox)
            return record;

        await runtime.DeleteAsync(cni.Parts(record).Inside, cni.InSandbox(record), CniRecord.ResultInSandbox(record),
            CancellationToken.None);
        journal.Attachments.Keep(record = record with { RanInSandbox = false });
        return record;
    }
}
