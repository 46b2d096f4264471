using System.Collections.Concurrent;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair;

/// <summary>
/// When the next attempt at each failed removal is due: the pause doubles from the first to the longest. A new process tries at once, since what
/// was in the way may be what it was restarted for; when that fails, the pause goes on from the attempts that the record has counted, so that a
/// daemon that is restarted again and again does not start over each time. Pauses are measured, not read off the wall clock: somebody may set
/// that back by a year.
/// </summary>
internal sealed class RetryTimes(AdapterSettings settings, TimeProvider timeProvider)
{
    private readonly ConcurrentDictionary<string, (int Failures, long Since, TimeSpan Pause)> _times = new(StringComparer.Ordinal);

    public bool IsDue(string id) => Remaining(id) is null or { Ticks: <= 0 };

    /// <summary>How long until the next attempt, less than nothing when it is overdue; null when none was made yet.</summary>
    public TimeSpan? Remaining(string id) => _times.TryGetValue(id, out var time) ? time.Pause - timeProvider.GetElapsedTime(time.Since) : null;

    /// <param name="id">Whose.</param>
    /// <param name="attempts">How many have failed, as the record says; it may have missed some when the disk was full.</param>
    public void Failed(string id, int attempts) => _times.AddOrUpdate(id, _ => After(Math.Max(attempts, 1)), (_, time) => After(Math.Max(attempts, time.Failures + 1)));

    public void Forget(string endpointId) => _times.TryRemove(endpointId, out _);

    private (int, long, TimeSpan) After(int failures)
    {
        var pause = settings.Repair.RetryFirst * Math.Pow(2, Math.Min(failures - 1, 30));
        return (failures, timeProvider.GetTimestamp(), pause < settings.Repair.RetryLongest ? pause : settings.Repair.RetryLongest);
    }
}
