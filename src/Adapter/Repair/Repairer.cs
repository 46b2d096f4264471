using Bridge.Adapter.Attachments;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Repair;

/// <summary>Brings the journal and the world together again: at start, and whatever Docker never told us about later.</summary>
internal sealed class Repairer(
    Journal journal, AttachmentGates gates, Detacher detacher, Arrivals arrivals, PortReservations ports, RetryTimes retries,
    SurvivingPlugins survivors, ILogger<Repairer> logger)
{
    // What an earlier process left, as it was before the first call of this one: what this one is at work on is none of it.
    private IReadOnlyList<AttachmentRecord> _inherited = [];

    /// <summary>
    /// Before the first call is answered: plugins that outlived us are ended, ports that are in force are held again, links that are under
    /// way are awaited again.
    /// </summary>
    public void Resume()
    {
        foreach (var (file, reason) in journal.Load())
        {
            logger.RecordUnreadable(file, reason);
        }

        _inherited = [.. journal.Attachments.All];
        var containerIds = _inherited.Select(record => record.ContainerId).Concat(journal.Reservations.All.Select(record => record.ContainerId));
        survivors.End(containerIds.ToHashSet(StringComparer.Ordinal));
        var bootId = BootId.Current();
        foreach (var record in journal.Attachments.All.Where(record => record.BootId == bootId && record.Phase == AttachmentPhase.Joined))
        {
            ports.Restore(record);
            arrivals.Expect(record, callFollows: false);
        }
    }

    /// <summary>What an earlier process began and cannot be continued: an ADD or DEL that was cut off, and everything of an earlier boot.</summary>
    public async Task FinishInterruptedAsync(CancellationToken cancellationToken)
    {
        var bootId = BootId.Current();
        foreach (var record in _inherited)
        {
            var cause = record switch
            {
                _ when record.BootId != bootId => "the machine was restarted since it was made",
                { Phase: AttachmentPhase.Adding } => "its making was cut off",
                { Phase: AttachmentPhase.Deleting } => "its removal was cut off",
                _ => null,
            };
            if (cause is not null)
            {
                await DetachAsync(record, cause, cancellationToken);
            }
            else if (record.Phase == AttachmentPhase.Joined)
            {
                using var passage = await gates.EnterAsync(record.EndpointId, cancellationToken);
                if (journal.Attachments.Find(record.EndpointId) is { Phase: AttachmentPhase.Joined } joined)
                {
                    await arrivals.TryFinishAsync(joined);
                }
            }
        }
    }

    /// <summary>Tries again what could not be undone before, each record at its own growing intervals.</summary>
    public async Task RetryAsync(CancellationToken cancellationToken)
    {
        foreach (var record in journal.Attachments.All.Where(record => record.Phase == AttachmentPhase.Deleting).ToArray())
        {
            if (retries.IsDue(record))
            {
                await DetachAsync(record, "an earlier removal failed", cancellationToken);
            }
        }
    }

    public async Task DetachAsync(AttachmentRecord record, string cause, CancellationToken cancellationToken)
    {
        using var passage = await gates.EnterAsync(record.EndpointId, cancellationToken);
        if (journal.Attachments.Find(record.EndpointId) is not { } current || current.Since != record.Since)
        {
            return;
        }

        arrivals.Forget(record.EndpointId);
        if (await detacher.TryDetachAsync(current, cause))
        {
            retries.Forget(record.EndpointId);
        }
        else
        {
            retries.Failed(record.EndpointId);
        }
    }
}
