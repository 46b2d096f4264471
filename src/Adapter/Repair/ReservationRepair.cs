using Bridge.Adapter.Ipam;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair;

/// <summary>Releases addresses that nobody will release any more: cut off in the making, of an earlier boot, or forgotten by Docker.</summary>
internal sealed class ReservationRepair(Journal journal, IpamRuns runs, LostReservations lost, RetryTimes retries)
{
    // What an earlier process left, as it was before the first call of this one.
    private IReadOnlyList<ReservationRecord> _inherited = [];

    /// <summary>Before the first call is answered, and after the journal has been read.</summary>
    public void Resume()
    {
        lost.MakeAgain();
        _inherited = [.. journal.Reservations.All];
    }

    /// <summary>
    /// What an earlier process began, and everything of an earlier boot: Docker's endpoints end with it, the plugin's store does not.
    /// </summary>
    public async Task FinishInterruptedAsync(CancellationToken cancellationToken)
    {
        var bootId = BootId.Current();
        foreach (var record in _inherited.Where(record => record.BootId != bootId || record.Phase == ReservationPhase.Reserving))
            await ReleaseAsync(record, current => current.Since == record.Since, cancellationToken);
    }

    /// <summary>Tries again what could not be released before, and what had to wait for its attachment.</summary>
    public async Task RetryAsync(CancellationToken cancellationToken)
    {
        foreach (var record in journal.Reservations.All.Where(record => record.Phase == ReservationPhase.Releasing && IsUnused(record)).ToArray())
        {
            if (retries.IsDue(record.ContainerId))
                await ReleaseAsync(record, current => current.Phase == ReservationPhase.Releasing, cancellationToken);
        }
    }

    /// <summary>How long until the next attempt is due; null when nothing is waiting.</summary>
    public TimeSpan? UntilRetry => journal.Reservations.All
        .Where(record => record.Phase == ReservationPhase.Releasing && IsUnused(record))
        .Select(record => (TimeSpan?)(retries.Remaining(record.ContainerId) ?? TimeSpan.Zero)).Min();

    /// <summary>No attachment is known to use it, and none that could not be read is the one that has adopted it.</summary>
    public bool IsUnused(ReservationRecord record) =>
        !journal.Attachments.All.Any(attachment => attachment.ContainerId == record.ContainerId)
        && !(record is { Phase: ReservationPhase.Reserved, EndpointId: { } endpoint } && journal.Attachments.IsUnreadable(endpoint));

    /// <param name="record">What is to be released.</param>
    /// <param name="mayRelease">A last look at it as it is now.</param>
    /// <param name="cancellationToken">Only before the plugin runs.</param>
    public async Task<RepairResult> ReleaseAsync(ReservationRecord record, Func<ReservationRecord, bool> mayRelease, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (journal.Reservations.Find(record.ContainerId) is not { } current || !mayRelease(current))
            return RepairResult.Unneeded;

        await runs.ReleaseAsync(record);
        if (journal.Reservations.Find(record.ContainerId) is not { } left)
        {
            retries.Forget(record.ContainerId);
            return RepairResult.Repaired("It is released.");
        }

        if (!IsUnused(left))
            return RepairResult.Unneeded; // An attachment has come to use it; its end releases it.

        retries.Failed(record.ContainerId, left.CleanupAttempts);
        return RepairResult.Failed($"It cannot be released yet: {left.CleanupError ?? "the log says why"}");
    }
}
