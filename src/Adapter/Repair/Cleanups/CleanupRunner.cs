using System.Collections.Concurrent;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Repair.Cleanups;

/// <summary>
/// Cleans up attachments (DEL of the chain) and reservations (DEL of the IPAM plugin) outside Docker's calls: what a call or the previous
/// process could not, and what inspections find. Each record under its gate; failed ones again at growing intervals.
/// </summary>
internal sealed class CleanupRunner(
    Journal journal, AttachmentGates gates, Detacher detacher, IpamRuns ipam, Arrivals arrivals, RetryTimes retries,
    ReleaseQueue releases, Traces traces, ILogger<CleanupRunner> logger)
{
    // A plugin that hangs in one DEL must not block all others.
    private const int Parallelism = 4;

    /// <summary>How long until the next attempt is due; null when none is waiting.</summary>
    public TimeSpan? UntilRetry => journal.PluginRecords.Where(IsWaiting)
        .Select(record => (TimeSpan?)(retries.Remaining(record.Id) ?? TimeSpan.Zero)).Min();

    /// <summary>Tries failed clean-ups again, and releases reservations that had to wait for their attachment.</summary>
    public async Task RetryAsync(CancellationToken cancellationToken)
    {
        await RetryAsync(journal.Attachments.All, cancellationToken);
        await RetryAsync(journal.Reservations.All, cancellationToken); // After their attachments.
    }

    /// <summary>Cleans up a record, under its gate.</summary>
    /// <param name="record">The record when that was decided. Another one that has replaced it since is left alone.</param>
    /// <param name="cause">For the log; null: Docker has removed it.</param>
    /// <param name="mayCleanUp">Decides again, on the record as it is now; null: always.</param>
    /// <param name="cancellationToken">Stops waiting for the gate.</param>
    public async Task<RepairResult> CleanUpAsync(
        PluginRecord record, string? cause, Func<PluginRecord, Task<bool>>? mayCleanUp, CancellationToken cancellationToken)
    {
        using var gate = await gates.EnterAsync(record.Id, cancellationToken);
        if (journal.Current(record) is not { } current || current.Since != record.Since
            || (mayCleanUp is not null && !await mayCleanUp(current)))
            return RepairResult.Unneeded;

        using var span = traces.BeginCleanup(current);
        try
        {
            await CleanUpAsync(current, cause);
        }
        catch (Exception failure)
        {
            span.Fail(failure.Message);
            retries.Failed(record.Id, current.CleanupAttempts + 1);
            throw;
        }

        switch (journal.Current(record))
        {
            case null:
                retries.Forget(record.Id);
                return RepairResult.Repaired(
                    record is AttachmentRecord ? "Everything that its plugins made is cleaned up." : "It is released.");
            case { } remaining when journal.IsUsed(remaining):
                return RepairResult.Unneeded; // It is released with the attachment that has come to use it.
            case { } remaining:
                retries.Failed(record.Id, remaining.CleanupAttempts);
                span.Fail(remaining.CleanupError ?? "it cannot be cleaned up yet");
                return RepairResult.Failed($"It cannot be cleaned up yet: {remaining.CleanupError ?? "the log shows why"}");
        }
    }

    private async Task CleanUpAsync(PluginRecord record, string? cause)
    {
        if (record is AttachmentRecord attachment)
        {
            arrivals.Cancel(attachment.EndpointId);
            await detacher.TryDetachAsync(attachment, cause);
        }
        else
        {
            await ipam.CleanUpAsync((ReservationRecord)record);
        }
    }

    /// <summary>Runs <paramref name="body"/> for each record, some at a time. A failure is logged and does not stop the others.</summary>
    public Task ForEachAsync<T>(IReadOnlyList<T> records, Func<T, CancellationToken, Task> body, CancellationToken cancellationToken)
        where T : PluginRecord => Parallel.ForEachAsync(
            records,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (record, token) =>
            {
                try
                {
                    await body(record, token);
                }
                catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
                {
                    logger.NotResumed(failure, record.Id);
                }
            });

    private Task RetryAsync(IEnumerable<PluginRecord> records, CancellationToken cancellationToken) => ForEachAsync(
        [.. records.Where(record => IsWaiting(record) && retries.IsDue(record.Id))],
        (record, token) => CleanUpAsync(record, "an earlier clean-up failed", current => Task.FromResult(current.IsCleanupPending), token),
        cancellationToken);

    // One whose gate is held is being cleaned up already; waiting for it would delay the others. A deferred one has its turn.
    private bool IsWaiting(PluginRecord record) => record.IsCleanupPending && !releases.Has(record.ContainerId)
        && !gates.IsEntered(record.Id) && !journal.IsUsed(record);
}

/// <summary>
/// When the next attempt at each failed clean-up is due: the pause doubles from the first to the longest. A new process tries at once,
/// since it may have been restarted to solve the problem; when that fails, the pause continues from the attempts that the record has
/// counted, so that repeated restarts do not reset it. Pauses are measured, independent of changes to the wall clock.
/// </summary>
internal sealed class RetryTimes(AdapterSettings settings, TimeProvider timeProvider)
{
    private readonly ConcurrentDictionary<string, (int Failures, long Since, TimeSpan Pause)> _times = new(StringComparer.Ordinal);

    public bool IsDue(string id) => Remaining(id) is null or { Ticks: <= 0 };

    /// <summary>How long until the next attempt, negative when it is overdue; null when this process has made none.</summary>
    public TimeSpan? Remaining(string id) =>
        _times.TryGetValue(id, out var time) ? time.Pause - timeProvider.GetElapsedTime(time.Since) : null;

    /// <param name="id">The record's id.</param>
    /// <param name="attempts">Failed attempts by the record, which misses some when the disk was full.</param>
    public void Failed(string id, int attempts) => _times.AddOrUpdate(
        id, _ => After(Math.Max(attempts, 1)), (_, time) => After(Math.Max(attempts, time.Failures + 1)));

    public void Forget(string id) => _times.TryRemove(id, out _);

    private (int, long, TimeSpan) After(int failures)
    {
        var pause = settings.Repair.RetryFirst * Math.Pow(2, Math.Min(failures - 1, 30));
        return (failures, timeProvider.GetTimestamp(), pause < settings.Repair.RetryLongest ? pause : settings.Repair.RetryLongest);
    }
}
