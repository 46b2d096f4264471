using Bridge.Adapter.Repair.Findings;

namespace Bridge.Adapter.Repair;

/// <summary>Findings that must stay for a while before they count, and since when they do. The caller lets one round happen at a time.</summary>
internal sealed class Doubts(TimeProvider timeProvider)
{
    private Dictionary<(FindingKind, string), (Type Inspection, DateTimeOffset Due)> _due = [];

    /// <summary>When the next of them may count; null when none is waiting. What could count already has had its look.</summary>
    public DateTimeOffset? NextLook => Pending.Min();

    /// <summary>How long until all of them may count.</summary>
    public TimeSpan? Longest => Pending.Max() - timeProvider.GetUtcNow();

    private IEnumerable<DateTimeOffset?> Pending
    {
        get
        {
            var now = timeProvider.GetUtcNow();
            return _due.Values.Select(waiting => (DateTimeOffset?)waiting.Due).Where(due => due > now);
        }
    }

    /// <summary>Takes what an inspection sees now: what it does not see any more is forgotten.</summary>
    public void Settle(Type inspection, IReadOnlyList<Finding> found)
    {
        var now = timeProvider.GetUtcNow();
        var others = _due.Where(waiting => waiting.Value.Inspection != inspection);
        var seen = found.Where(finding => finding.Grace > TimeSpan.Zero).DistinctBy(finding => finding.Key)
            .Select(finding => KeyValuePair.Create(finding.Key, _due.TryGetValue(finding.Key, out var known) ? known : (inspection, now + finding.Grace)));
        _due = new Dictionary<(FindingKind, string), (Type, DateTimeOffset)>(others.Concat(seen));
    }

    public bool About(Finding finding) => _due.TryGetValue(finding.Key, out var waiting) && waiting.Due > timeProvider.GetUtcNow();
}
