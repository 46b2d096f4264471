using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>Undoes an attachment, from any phase and as often as it takes. The caller holds the endpoint's gate.</summary>
internal sealed class Detacher(
    Journal journal, StagingSandboxes staging, CniAttachment cni, CniRuntime runtime, ChainRemoval removal, SandboxRuns sandboxRuns,
    AttachmentLeftovers leftovers, PortReservations ports, RepairSignal signal, ILogger<Detacher> logger)
{
    /// <summary>
    /// (1) The intent to undo is written, with what an unfinished chain has left on its link; a full disk does not stop it, since what is
    /// not undone is found without the intent too. (2) Published ports are undone, for which nothing but the result is needed, and what ran
    /// in the sandbox, while the path names it.
    /// (3) The link comes home with its addresses, so that plugins which read the interface find what they made. (4) DEL runs. (5)
    /// Namespace and record go.
    /// A failure is kept in the record, and thrown.
    /// </summary>
    public async Task DetachAsync(AttachmentRecord record)
    {
        if (record.Phase == AttachmentPhase.Prepared)
        {
            Forget(record); // No plugin has run.
            return;
        }

        if (record.Phase != AttachmentPhase.Deleting)
            journal.Attachments.Keep(record = record with { Phase = AttachmentPhase.Deleting, Snapshot = record.Snapshot ?? OfUnfinished(record) }); // (1)

        try
        {
            record = await LeaveAsync(record); // (2)
            await removal.RunAsync(record); // (3) (4)
            Forget(record); // (5)
        }
        catch (Exception failure)
        {
            journal.Attachments.Keep(record with { CleanupAttempts = record.CleanupAttempts + 1, CleanupError = failure.Message });
            signal.Raise();
            throw;
        }
    }

    // A plugin that was cut off may have made rules for a link that nobody has looked at yet. Once DEL has begun it may be gone.
    private LinkSnapshot? OfUnfinished(AttachmentRecord record) => record is { Phase: AttachmentPhase.Adding, Attach: AttachMode.Staging }
        ? staging.TryCapture(record.ContainerId, record.InterfaceName)
        : null;

    /// <summary>
    /// As <see cref="DetachAsync"/>, for the background: a failure is logged, and waits in the record for the next attempt.
    /// </summary>
    public async Task<bool> TryDetachAsync(AttachmentRecord record, string cause)
    {
        var left = await FailureToDetachAsync(record, cause);
        TellLeft(record, left);
        return left is null;
    }

    /// <summary>As <see cref="TryDetachAsync"/>, for who tells the failure: it is not logged here.</summary>
    /// <returns>Why it failed, and waits in the record for the next attempt; null when it did not.</returns>
    public async Task<string?> FailureToDetachAsync(AttachmentRecord record, string cause)
    {
        try
        {
            await DetachAsync(await WithoutGivenAwayAsync(record));
            logger.CleanedUp(record.EndpointId, record.CniNetwork, cause);
            return null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return failure.Message;
        }
    }

    // Plugins that know their rules by the address alone, as firewall does, would undo those of the one who has it now.
    private async Task<AttachmentRecord> WithoutGivenAwayAsync(AttachmentRecord record) =>
        record.Result is not null && await leftovers.HasGivenAwayAsync(record, CancellationToken.None)
            ? record with { Result = CniRecord.ToElement(CniRecord.WithoutAddresses(CniRecord.Result(record)!).Json) }
            : record;

    public void TellLeft(AttachmentRecord record, string? left)
    {
        if (left is not null)
            logger.CleanupFailed(record.EndpointId, record.CniNetwork, left);
    }

    /// <summary>Undoes everything that was done since the link went to the sandbox; nothing to do when nothing was.</summary>
    public async Task<AttachmentRecord> LeaveAsync(AttachmentRecord record) =>
        await sandboxRuns.LeaveAsync(await UnpublishAsync(record));

    /// <summary>Undoes what ProgramExternalConnectivity did; nothing to do when it did nothing.</summary>
    public async Task<AttachmentRecord> UnpublishAsync(AttachmentRecord record)
    {
        var publishing = cni.Parts(record).Publishing;
        if (record.PublishedPorts is null || publishing.Plugins.Count == 0)
            return record;

        await runtime.DeleteAsync(publishing, cni.Of(record), CniRecord.Result(record), CancellationToken.None);
        ports.Release(record.EndpointId);
        journal.Attachments.Keep(record = record with { PublishedPorts = null });
        return record;
    }

    /// <summary>
    /// As <see cref="Forget"/>, for an ADD that has undone itself; when even that fails it is undone once more, in the background.
    /// </summary>
    public async Task ForgetUndoneAsync(AttachmentRecord record)
    {
        try
        {
            Forget(record);
        }
        catch (IOException)
        {
            await TryDetachAsync(journal.Attachments.Find(record.EndpointId) ?? record, "its attachment failed");
        }
    }

    /// <summary>Drops the namespace, the ports and the record of an attachment whose plugins have nothing left to undo.</summary>
    public void Forget(AttachmentRecord record)
    {
        var reservation = journal.Reservations.Find(record.ContainerId);
        if (reservation is null)
            staging.Remove(record.ContainerId); // Else the IPAM plugin still needs it.

        ports.Release(record.EndpointId);
        journal.Attachments.Remove(record.EndpointId);
        if (reservation?.Phase == ReservationPhase.Releasing)
            signal.Raise(); // Docker has released the address already.
    }
}
