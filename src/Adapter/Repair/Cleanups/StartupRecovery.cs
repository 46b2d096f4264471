using Bridge.Adapter.Attachments;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Repair.Cleanups;

/// <summary>Takes over the records of the previous process.</summary>
internal sealed class StartupRecovery(
    Journal journal, AttachmentGates gates, CleanupRunner cleanups, DeferredReleases releases, Arrivals arrivals, PortReservations ports,
    SurvivingPlugins survivors, ConfigurationDirectory configurations, ILogger<StartupRecovery> logger)
{
    private const string RemovalWasCutOff = "its removal was cut off";

    // The records before the first call, without those that this process adds.
    private IReadOnlyList<AttachmentRecord> _attachments = [];
    private IReadOnlyList<ReservationRecord> _reservations = [];

    /// <summary>
    /// Before the first call is answered: ends surviving plugins, reserves published ports again, expects links that are under way,
    /// restores lost reservations, and continues deferred releases.
    /// </summary>
    public void Resume()
    {
        foreach (var (file, reason) in journal.Load())
            logger.RecordUnreadable(file, reason);

        DropHandedOver();
        _attachments = [.. journal.Attachments.All];
        survivors.End(journal.PluginRecords.Select(record => record.ContainerId).ToHashSet(StringComparer.Ordinal));
        var bootId = BootId.Current();
        foreach (var record in _attachments.Where(record => record.BootId == bootId))
        {
            try
            {
                Resume(record);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                logger.NotResumed(failure, record.EndpointId);
            }
        }

        RestoreReservations();
        _reservations = [.. journal.Reservations.All];
        foreach (var record in journal.PluginRecords.Where(record => record.IsCleanupPending && record.BootId == bootId))
            releases.Add(record, RemovalWasCutOff);
    }

    /// <summary>
    /// Cleans up what the previous process began and nobody can continue: an ADD or DEL that was cut off, and everything of an earlier
    /// boot. Docker's endpoints end with a boot, the addresses in plugins' stores do not.
    /// </summary>
    public async Task FinishInterruptedAsync(CancellationToken cancellationToken)
    {
        var bootId = BootId.Current();
        await cleanups.ForEachAsync(_attachments, (record, token) => FinishAsync(record, bootId, token), cancellationToken);
        await cleanups.ForEachAsync(
            [.. _reservations.Where(record => record.BootId != bootId || record.IsUnfinished)],
            (record, token) => cleanups.CleanUpAsync(record, "its making was cut off", mayCleanUp: null, token),
            cancellationToken);
    }

    // The process ended while a warm attachment changed hands: it belongs to the endpoint's record.
    private void DropHandedOver()
    {
        var owned = journal.Attachments.All.Where(record => !record.IsWarm).Select(record => record.ContainerId)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var warm in journal.Attachments.All.Where(record => record.IsWarm && owned.Contains(record.ContainerId)).ToArray())
            journal.Attachments.Remove(warm.EndpointId);
    }

    private void Resume(AttachmentRecord record)
    {
        ports.Restore(record); // Also those of pending clean-ups: their rules are in force until DEL succeeds.
        if (record is { Phase: AttachmentPhase.Joined, SandboxInterfaceName: null })
            arrivals.Expect(record, callFollows: false); // All others have arrived before.
    }

    private async Task FinishAsync(AttachmentRecord record, string bootId, CancellationToken cancellationToken)
    {
        var cause = record switch
        {
            _ when record.BootId != bootId => "the machine was restarted since it was made",
            { IsUnfinished: true } => "its making was cut off",
            _ => null,
        };
        if (cause is not null)
        {
            await cleanups.CleanUpAsync(record, cause, mayCleanUp: null, cancellationToken);
        }
        else if (record.IsCleanupPending)
        {
            await releases.WaitAsync(pending => pending.ContainerId == record.ContainerId, cancellationToken);
        }
        else if (record.Phase == AttachmentPhase.Joined)
        {
            using var gate = await gates.EnterAsync(record.EndpointId, cancellationToken);
            if (journal.Attachments.Find(record.EndpointId) is { Phase: AttachmentPhase.Joined } joined)
                await arrivals.FinishOrNoteAsync(joined);
        }
    }

    // A reservation whose record is gone or unreadable, while the attachment that uses it is known: without a record nobody would release
    // its addresses. The attachment does not have the configuration of the IPAM plugin; today's is used.
    private void RestoreReservations()
    {
        AttachmentRecord[] users =
            [.. journal.Attachments.All.Where(
            record => record.Reserved.Count > 0 && journal.Reservations.Find(record.ContainerId) is null)];
        if (users.Length == 0)
            return;

        var contents = configurations.Load();
        foreach (var user in users)
        {
            var addresses = string.Join(", ", user.Reserved);
            try
            {
                journal.Reservations.Write(ReservationOf(user, contents.Find(user.CniNetwork)));
                logger.ReservationMadeAgain(user.EndpointId, addresses);
            }
            catch (Exception failure) when (
                failure is CniException or CniConfigurationException or IOException or InvalidOperationException)
            {
                logger.ReservationLost(user.EndpointId, addresses, ErrorDescription.OfFile(failure));
            }
        }
    }

    private static ReservationRecord ReservationOf(AttachmentRecord user, NetworkConfiguration? network) =>
        new(user.ContainerId, user.CniNetwork)
    {
        Phase = ReservationPhase.Reserved,
        BootId = user.BootId,
        Since = user.Since,
        Mac = user.Mac,
        ContainerName = user.ContainerName,
        Configuration = CniRecord.ToElement(
            network?.ToUtf8Json() ?? throw new IOException($"this host has no CNI network {user.CniNetwork} any more")),
        Arguments = user.Arguments,
        Capabilities = user.Capabilities,
        Result = user.Result,
        Addresses = [.. user.Reserved.Select(address => new ReservedAddress(address, IsClaimed: user.Addresses.Contains(address)))],
        EndpointId = user.EndpointId,
    };
}
