using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>Removes an attachment, from any phase, as often as it takes. The caller holds the endpoint's gate.</summary>
internal sealed class Detacher(
    Journal journal, StagingSandboxes staging, CniAttachment cni, CniRuntime runtime, ChainRemoval removal, SandboxRuns sandboxRuns,
    AttachmentLeftovers leftovers, PortReservations ports, RepairSignal signal, ILogger<Detacher> logger)
{
    /// <summary>
    /// (1) The record enters Deleting, with the link of an unfinished chain; a full disk does not stop this, since the older record leads
    /// to the same clean-up. (2) DEL of the publishing plugins, which need the result alone, and of those that ran in the sandbox, while
    /// the path names it. (3) The link moves back to the staging namespace with its addresses: plugins that read the interface find what
    /// they made. (4) DEL of the chain. (5) Namespace and record are removed. A failure is kept in the record, and thrown.
    /// </summary>
    public async Task DetachAsync(AttachmentRecord record)
    {
        if (record.Phase == AttachmentPhase.Prepared)
        {
            Forget(record); // No plugin has run.
            return;
        }

        record = Begin(record); // (1)
        try
        {
            record = await LeaveAsync(record); // (2)
            await removal.RunAsync(record); // (3) (4)
            await leftovers.FreeUnwrittenAddressesAsync(record);
            Forget(record); // (5)
        }
        catch (Exception failure)
        {
            journal.Attachments.NoteFailedCleanup(record, failure.Message);
            signal.Raise();
            throw;
        }
    }

    /// <summary>Records the intent alone: step (1). For an attachment whose plugins have run.</summary>
    public AttachmentRecord Begin(AttachmentRecord record) => record.IsCleanupPending
        ? record
        : journal.Attachments.Enter(record with { Snapshot = record.Snapshot ?? OfUnfinished(record) }, AttachmentPhase.Deleting);

    // A plugin that was cut off may have made rules for a link that is in no snapshot yet; DEL may remove that link first. Where it has,
    // the addresses that plugins reported lead to their rules.
    private LinkSnapshot? OfUnfinished(AttachmentRecord record) => record is { Phase: AttachmentPhase.Adding, SandboxKey: null }
        ? staging.TryCapture(record.ContainerId, record.InterfaceName) ?? CniRecord.ReportedLink(record)
        : null;

    /// <summary>As <see cref="DetachAsync"/>; a failure is logged and stays in the record for the next attempt.</summary>
    /// <param name="record">The attachment.</param>
    /// <param name="cause">For the log; null: Docker has removed it.</param>
    public async Task<bool> TryDetachAsync(AttachmentRecord record, string? cause)
    {
        var error = await FailureToDetachAsync(record, cause);
        LogFailure(record, error);
        return error is null;
    }

    /// <summary>As <see cref="TryDetachAsync"/>, for callers that report the failure themselves.</summary>
    /// <returns>Why it failed; null when it did not.</returns>
    public async Task<string?> FailureToDetachAsync(AttachmentRecord record, string? cause)
    {
        try
        {
            await DetachAsync(cause is null ? record : await WithoutGivenAwayAsync(record));
            if (cause is not null)
                logger.CleanedUp(record.EndpointId, record.CniNetwork, cause);

            return null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return failure.Message;
        }
    }

    // Plugin firewall finds its rules by the address alone: DEL with the address would remove those of the container that has it now.
    private async Task<AttachmentRecord> WithoutGivenAwayAsync(AttachmentRecord record) =>
        record.Result is not null && await leftovers.HasGivenAwayAsync(record, CancellationToken.None)
            ? record with { Result = CniRecord.ToElement(CniRecord.WithoutAddresses(CniRecord.Result(record)!).Json) }
            : record;

    public void LogFailure(AttachmentRecord record, string? error)
    {
        if (error is not null)
            logger.CleanupFailed(record.EndpointId, record.CniNetwork, error);
    }

    /// <summary>DEL of the plugins that published and of those that ran in the sandbox, where they did.</summary>
    public async Task<AttachmentRecord> LeaveAsync(AttachmentRecord record) =>
        await sandboxRuns.LeaveAsync(await UnpublishAsync(record));

    /// <summary>DEL of the plugins that published, where they did.</summary>
    public async Task<AttachmentRecord> UnpublishAsync(AttachmentRecord record)
    {
        var publishing = cni.Parts(record).Publishing;
        if (record.PublishedPorts is null || publishing.Plugins.Count == 0)
            return record;

        Task DeleteAsync(NetworkConfiguration plugins) =>
            runtime.DeleteAsync(plugins, cni.Of(record), CniRecord.Result(record), CancellationToken.None);

        Task<IReadOnlyList<string>> LeftAsync() => leftovers.PortRulesAsync(record, CancellationToken.None);

        await DeleteAsync(publishing);
        if (leftovers.MayHavePortRules(record) && (await LeftAsync()).Count > 0)
            await RepeatedDelete.RunAsync(publishing, DeleteAsync, LeftAsync);

        ports.Release(record.EndpointId);
        journal.Attachments.Keep(record = record with { PublishedPorts = null });
        return record;
    }

    /// <summary>
    /// As <see cref="Forget"/>, after an ADD whose DEL has succeeded; when it fails the attachment is cleaned up once more.
    /// </summary>
    public async Task ForgetFailedAsync(AttachmentRecord record)
    {
        try
        {
            await leftovers.FreeUnwrittenAddressesAsync(journal.Attachments.Find(record.EndpointId) ?? record);
            Forget(record);
        }
        catch (IOException)
        {
            await TryDetachAsync(journal.Attachments.Find(record.EndpointId) ?? record, "its making failed");
        }
    }

    /// <summary>Removes namespace, ports and record, after DEL of all plugins.</summary>
    public void Forget(AttachmentRecord record)
    {
        var reservation = journal.Reservations.Find(record.ContainerId);
        if (reservation is null)
            staging.Remove(record.ContainerId); // With a reservation, the IPAM plugin still needs it.

        ports.Release(record.EndpointId);
        journal.Attachments.Remove(record.EndpointId);
        if (reservation?.Phase == ReservationPhase.Releasing)
            signal.Raise(); // Docker has released the address already: repair releases the reservation.
    }
}
