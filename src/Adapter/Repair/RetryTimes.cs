using System.Collections.Concurrent;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair;

/// <summary>
/// When the next attempt at each failed removal is due: the pause doubles from the first to the longest. A new process starts over.
/// </summary>
internal sealed class RetryTimes(AdapterSettings settings, TimeProvider timeProvider)
{
    private readonly ConcurrentDictionary<string, (int Failures, DateTimeOffset Due)> _times = new(StringComparer.Ordinal);

    public bool IsDue(AttachmentRecord record) => Due(record.EndpointId) <= timeProvider.GetUtcNow();

    /// <summary>The time of the next attempt; the past when none was made yet.</summary>
    public DateTimeOffset Due(string endpointId) => _times.TryGetValue(endpointId, out var time) ? time.Due : DateTimeOffset.MinValue;

    public void Failed(string endpointId) => _times.AddOrUpdate(endpointId, _ => After(1), (_, time) => After(time.Failures + 1));

    public void Forget(string endpointId) => _times.TryRemove(endpointId, out _);

    private (int, DateTimeOffset) After(int failures)
    {
        var pause = settings.Repair.RetryFirst * Math.Pow(2, Math.Min(failures - 1, 30));
        return (failures, timeProvider.GetUtcNow() + (pause < settings.Repair.RetryLongest ? pause : settings.Repair.RetryLongest));
    }
}
