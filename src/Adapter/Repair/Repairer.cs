using Bridge.Adapter.Attachments;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Repair;

/// <summary>Undoes what nobody else will: at start what an earlier process left, later what could not be undone at once.</summary>
internal sealed class Repairer(
    Journal journal, AttachmentGates gates, Detacher detacher, Arrivals arrivals, PortReservations ports, RetryTimes retries,
    SurvivingPlugins survivors, ILogger<Repairer> logger)
{
    /// <summary>A plugin that hangs in one DEL must not keep all others waiting.</summary>
    private const int AtOnce = 4;

    // What an earlier process left, as it was before the first call of this one: what this one is at work on is none of it.
    private IReadOnlyList<AttachmentRecord> _inherited = [];

    /// <summary>Records that could not be read at the start: set aside, or of a newer version and left where they are.</summary>
    public IReadOnlyList<(string File, string Reason)> Unreadable { get; private set; } = [];

    /// <summary>
    /// Before the first call is answered: plugins that outlived us are ended, ports that are in force are held again, links that are under
    /// way are awaited again.
    /// </summary>
    public void Resume()
    {
        Unreadable = journal.Load();
        foreach (var (file, reason) in Unreadable)
            logger.RecordUnreadable(file, reason);

        _inherited = [.. journal.Attachments.All];
        var containerIds = _inherited.Select(record => record.ContainerId).Concat(journal.Reservations.All.Select(record => record.ContainerId));
        survivors.End(containerIds.ToHashSet(StringComparer.Ordinal));
        var bootId = BootId.Current();
        foreach (var record in _inherited.Where(record => record.BootId == bootId))
        {
            try
            {
                Resume(record);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                logger.NotResumed(failure, record.EndpointId); // One record's trouble keeps nobody else from being served.
            }
        }
    }

    private void Resume(AttachmentRecord record)
    {
        ports.Restore(record); // Also of those that are still to be undone: their rules are in force until then.
        if (record.Phase == AttachmentPhase.Joined)
            arrivals.Expect(record, callFollows: false);
    }

    /// <summary>What an earlier process began and cannot be continued: an ADD or DEL that was cut off, and everything of an earlier boot.</summary>
    public Task FinishInterruptedAsync(CancellationToken cancellationToken)
    {
        var bootId = BootId.Current();
        return EachAsync(_inherited, async (record, token) =>
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
                await DetachAsync(record, cause, mayUndo: null, token);
            }
            else if (record.Phase == AttachmentPhase.Joined)
            {
                using var passage = await gates.EnterAsync(record.EndpointId, token);
                if (journal.Attachments.Find(record.EndpointId) is { Phase: AttachmentPhase.Joined } joined)
                    await arrivals.FinishOrNoteAsync(joined); // One that cannot be finished must not keep the others from being undone.
            }
        }, cancellationToken);
    }

    /// <summary>Tries again what could not be undone before, each record at its own growing intervals.</summary>
    public Task RetryAsync(CancellationToken cancellationToken) => EachAsync(
        [.. journal.Attachments.All.Where(record => IsWaiting(record) && retries.IsDue(record.EndpointId))],
        (record, token) => DetachAsync(record, "an earlier removal failed", mayUndo: null, token),
        cancellationToken);

    /// <summary>How long until the next attempt is due; null when nothing is waiting.</summary>
    public TimeSpan? UntilRetry => journal.Attachments.All.Where(IsWaiting).Select(record => (TimeSpan?)(retries.Remaining(record.EndpointId) ?? TimeSpan.Zero)).Min();

    /// <summary>Undoes an attachment, under its gate.</summary>
    /// <param name="record">As it was when that was decided; another one that has taken its place since is left alone.</param>
    /// <param name="cause">For the log.</param>
    /// <param name="mayUndo">A last look at it as it is now; null: whatever it is.</param>
    /// <param name="cancellationToken">Gives up waiting for the gate.</param>
    public async Task<RepairResult> DetachAsync(AttachmentRecord record, string cause, Func<AttachmentRecord, Task<bool>>? mayUndo, CancellationToken cancellationToken)
    {
        using var passage = await gates.EnterAsync(record.EndpointId, cancellationToken);
        if (journal.Attachments.Find(record.EndpointId) is not { } current || current.Since != record.Since || (mayUndo is not null && !await mayUndo(current)))
            return RepairResult.Unneeded;

        arrivals.Cancel(record.EndpointId);
        if (await detacher.TryDetachAsync(current, cause))
        {
            retries.Forget(record.EndpointId);
            return RepairResult.Repaired("Everything that its plugins had made is undone.");
        }

        var left = journal.Attachments.Find(record.EndpointId);
        retries.Failed(record.EndpointId, left?.CleanupAttempts ?? 0);
        return RepairResult.Failed($"It cannot be undone yet: {left?.CleanupError ?? "the log says why"}");
    }

    // While somebody is at work on it, waiting for that would keep the others waiting.
    private bool IsWaiting(AttachmentRecord record) => record.Phase == AttachmentPhase.Deleting && !gates.IsEntered(record.EndpointId);

    private Task EachAsync(
        IReadOnlyList<AttachmentRecord> records, Func<AttachmentRecord, CancellationToken, Task> body, CancellationToken cancellationToken) => Parallel.ForEachAsync(
            records,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (record, token) =>
            {
                try
                {
                    await body(record, token);
                }
                catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
                {
                    logger.NotResumed(failure, record.EndpointId); // The others are none the worse for it.
                }
            });
}
