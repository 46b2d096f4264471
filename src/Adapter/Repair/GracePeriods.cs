using Bridge.Adapter.Repair.Findings;

namespace Bridge.Adapter.Repair;

/// <summary>Findings that must stay for a while before they count, and since when they do. The caller lets one round happen at a time.</summary>
/// <remarks>Measured, not read off the wall clock: somebody may set that back by a year.</remarks>
internal sealed class GracePeriods(TimeProvider timeProvider)
{
    private Dictionary<(FindingKind, string), (Type Inspection, long Since, TimeSpan Grace)> _waiting = [];

    /// <summary>How long until the next of them may count; null when none is waiting. What could count already has had its look.</summary>
    public TimeSpan? UntilNextLook => Pending.Min();

    /// <summary>How long until all of them may count.</summary>
    public TimeSpan? Longest => Pending.Max();

    private IEnumerable<TimeSpan?> Pending => _waiting.Values.Select(waiting => (TimeSpan?)Remaining(waiting)).Where(remaining => remaining > TimeSpan.Zero);

    /// <summary>Takes what an inspection sees now: what it does not see any more is forgotten.</summary>
    public void Settle(Type inspection, IReadOnlyList<Finding> found)
    {
        var now = timeProvider.GetTimestamp();
        var others = _waiting.Where(waiting => waiting.Value.Inspection != inspection);
        var seen = found.Where(finding => finding.Grace > TimeSpan.Zero).DistinctBy(finding => finding.Key)
            .Select(finding => KeyValuePair.Create(finding.Key, _waiting.TryGetValue(finding.Key, out var known) ? known : (inspection, now, finding.Grace)));
        _waiting = new Dictionary<(FindingKind, string), (Type, long, TimeSpan)>(others.Concat(seen));
    }

    public bool About(Finding finding) => _waiting.TryGetValue(finding.Key, out var waiting) && Remaining(waiting) > TimeSpan.Zero;

    private TimeSpan Remaining((Type Inspection, long Since, TimeSpan Grace) waiting) => waiting.Grace - timeProvider.GetElapsedTime(waiting.Since);
}
