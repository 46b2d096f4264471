using System.Diagnostics.Metrics;
using Bridge.Adapter.History;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Repair.Findings;

/// <summary>
/// The findings that are not repaired, from pass to pass: each is logged and counted once, not in every pass.
/// </summary>
internal sealed class KnownFindings
{
    private readonly Counter<long> _found;
    private readonly Counter<long> _repaired;
    private readonly HistoryLog _history;
    private readonly ILogger<KnownFindings> _logger;
    private readonly Lock _lock = new();

    // Guarded by _lock. By inspection, the findings of its last pass.
    private readonly Dictionary<Type, IReadOnlyList<FindingReport>> _remaining = [];

    public KnownFindings(AdapterMetrics metrics, HistoryLog history, ILogger<KnownFindings> logger)
    {
        (_history, _logger) = (history, logger);
        _found = metrics.Meter.CreateCounter<long>(
            "cnm_cni_findings_total", description: "Disagreements of journal, Docker, kernel and IPAM stores that were found, by kind.");
        _repaired = metrics.Meter.CreateCounter<long>("cnm_cni_findings_repaired_total",
            description: "Those of them that were repaired, by kind.");
        metrics.Meter.CreateObservableGauge("cnm_cni_findings_left", CountRemaining,
            description: "Disagreements that are not repaired, by kind.");
    }

    /// <summary>In the order of the inspections.</summary>
    public IReadOnlyList<FindingReport> All
    {
        get
        {
            lock (_lock)
                return [.. _remaining.Values.SelectMany(reports => reports)];
        }
    }

    public IReadOnlyList<FindingReport> Of(Type inspection)
    {
        lock (_lock)
            return _remaining.GetValueOrDefault(inspection, []);
    }

    /// <summary>Replaces the findings of an inspection.</summary>
    public void Settle(Type inspection, IReadOnlyList<FindingReport> found)
    {
        lock (_lock)
        {
            var before = _remaining.GetValueOrDefault(inspection, []).ToDictionary(report => report.Key, report => report.State);
            foreach (var report in found.Where(report => report.State != FindingState.Waiting))
                Record(report, before.TryGetValue(report.Key, out var state) ? state : null);

            _remaining[inspection] = [.. found.Where(report => report.State is FindingState.Reported or FindingState.Failed)];
        }
    }

    /// <summary>Drops findings of an inspection that are no longer true, before its next pass.</summary>
    public void Forget(Type inspection, Func<FindingReport, bool> isOver)
    {
        lock (_lock)
            _remaining[inspection] = [.. _remaining.GetValueOrDefault(inspection, []).Where(report => !isOver(report))];
    }

    private void Record(FindingReport report, FindingState? before)
    {
        if (before is null)
            _found.Add(1, Tag(report.Kind));

        if (report.State == FindingState.Repaired)
        {
            _repaired.Add(1, Tag(report.Kind));
            Remember(HistoryEventKind.Repaired, report);
            _logger.FindingRepaired(report.Kind.Text(), report.What, ErrorDescription.Sentence(report.Why), report.Done);
        }
        else if (report.State != before)
        {
            Remember(HistoryEventKind.Found, report);
            _logger.FindingLeft(report.Kind.Text(), report.What, ErrorDescription.Sentence(report.Why), report.Done);
        }
    }

    private void Remember(HistoryEventKind kind, FindingReport report) => _history.Add(kind, (made, redactor) => made with
    {
        Finding = new(
            report.Kind.Text(), report.Subject, redactor.Text(report.What), redactor.Text(report.Why), redactor.Text(report.Done)),
    });

    private IEnumerable<Measurement<long>> CountRemaining()
    {
        var counts = All.CountBy(report => report.Kind).ToDictionary();
        return Enum.GetValues<FindingKind>().Select(kind => new Measurement<long>(counts.GetValueOrDefault(kind), Tag(kind)));
    }

    private static KeyValuePair<string, object?> Tag(FindingKind kind) => new("kind", kind.Text());
}
