using Bridge.Adapter.Repair;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>Undoes an attachment, from any phase and as often as it takes. The caller holds the endpoint's gate.</summary>
internal sealed class Detacher(
    Journal journal, StagingSandboxes staging, CniAttachment cni, CniRuntime runtime, PortReservations ports, RepairSignal signal, ILogger<Detacher> logger)
{
    // A failure may also pass by itself (the firewall's lock), and only with a stand-in all rules are removed: so that is tried more than once.
    private const int AttemptsWithStandIn = 2;

    /// <summary>
    /// (1) The intent to undo is written. (2) Published ports are undone, for which nothing but the result is needed.
    /// (3) The link comes home with its addresses, so that plugins which read the interface find what they made. (4) DEL runs. (5) Namespace and record go.
    /// A failure is kept in the record, and thrown.
    /// </summary>
    public async Task DetachAsync(AttachmentRecord record)
    {
        if (record.Phase != AttachmentPhase.Deleting)
        {
            journal.Attachments.Write(record = record with { Phase = AttachmentPhase.Deleting }); // (1)
        }

        try
        {
            record = await UnpublishAsync(record); // (2)
            var home = BringHome(record); // (3)
            await DeleteAsync(record, home); // (4)
            Forget(record); // (5)
        }
        catch (Exception failure)
        {
            journal.Attachments.Write(record with { CleanupAttempts = record.CleanupAttempts + 1, CleanupError = failure.Message });
            signal.Raise();
            throw;
        }
    }

    // A reboot takes links, rules and chains along, and leaves reservations: plugins must find the namespace empty, or they look for rules to a link that stands in for the lost one.
    private LinkHome BringHome(AttachmentRecord record) => record.BootId == BootId.Current()
        ? staging.BringHome(record.EndpointId, record.InterfaceName, record.HostInterfaceName, record.SandboxKey, record.Snapshot)
        : staging.BringHome(record.EndpointId, record.InterfaceName, record.HostInterfaceName, sandboxPath: null, snapshot: null);

    private async Task DeleteAsync(AttachmentRecord record, LinkHome home)
    {
        var attaching = CniAttachment.Parts(record).Attaching;
        try
        {
            await runtime.DeleteAsync(attaching, cni.Of(record), CniAttachment.Result(record), CancellationToken.None);
        }
        catch (CniException) when (home == LinkHome.StandIn && record.CleanupAttempts >= AttemptsWithStandIn)
        {
            // Somebody flushed the firewall: bridge 1.1.1 fails for ever to remove rules that are gone. Without a link it does not look for them, and the address is released.
            staging.Remove(record.EndpointId);
            staging.Create(record.EndpointId);
            await runtime.DeleteAsync(attaching, cni.Of(record), CniAttachment.Result(record), CancellationToken.None);
        }
    }

    /// <summary>As <see cref="DetachAsync"/>, for the background: a failure is logged, and waits in the record for the next attempt.</summary>
    public async Task<bool> TryDetachAsync(AttachmentRecord record, string cause)
    {
        try
        {
            await DetachAsync(record);
            logger.CleanedUp(record.EndpointId, record.CniNetwork, cause);
            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            logger.CleanupFailed(record.EndpointId, record.CniNetwork, failure.Message);
            return false;
        }
    }

    /// <summary>Undoes what ProgramExternalConnectivity did; nothing to do when it did nothing.</summary>
    public async Task<AttachmentRecord> UnpublishAsync(AttachmentRecord record)
    {
        var publishing = CniAttachment.Parts(record).Publishing;
        if (record.PublishedPorts is null || publishing.Plugins.Count == 0)
        {
            return record;
        }

        await runtime.DeleteAsync(publishing, cni.Of(record), CniAttachment.Result(record), CancellationToken.None);
        ports.Release(record.EndpointId);
        journal.Attachments.Write(record = record with { PublishedPorts = null });
        return record;
    }

    /// <summary>Drops the namespace, the ports and the record of an attachment whose plugins have nothing left to undo.</summary>
    public void Forget(AttachmentRecord record)
    {
        staging.Remove(record.EndpointId);
        ports.Release(record.EndpointId);
        journal.Attachments.Remove(record.EndpointId);
    }
}
