using System.Diagnostics.Metrics;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.State;

/// <summary>What the journal holds, counted when it is asked for. Every phase is there, also with nobody in it.</summary>
internal sealed class JournalMetrics
{
    private readonly Journal _journal;

    public JournalMetrics(BridgeMetrics metrics, Journal journal)
    {
        _journal = journal;
        var meter = metrics.Meter;
        meter.CreateObservableGauge("cnm_cni_info", () => new Measurement<long>(1, new KeyValuePair<string, object?>("version", ProgramVersion.Number)), description: "The daemon's version.");
        meter.CreateObservableGauge("cnm_cni_up", () => 1L, description: "Whether the daemon answers.");
        meter.CreateObservableGauge("cnm_cni_networks", () => (long)journal.ListedNetworks.Count(), description: "Docker networks of this driver.");
        meter.CreateObservableGauge("cnm_cni_attachments", () => Phases(journal.Attachments.All, record => record.Phase), description: "Attachments, by phase.");
        meter.CreateObservableGauge("cnm_cni_reservations", () => Phases(journal.Reservations.All, record => record.Phase), description: "Addresses reserved ahead, by phase.");
        meter.CreateObservableGauge("cnm_cni_pending_cleanups", () => (long)Attempts().Count(), description: "What is to be undone and could not be yet.");
        meter.CreateObservableGauge("cnm_cni_pending_cleanup_attempts", () => (long)Attempts().Sum(), description: "Failed attempts to undo what is still to be undone.");
        meter.CreateObservableCounter("cnm_cni_journal_write_failures_total", () => journal.WriteFailures, description: "Records that could not be written.");
    }

    private static IEnumerable<Measurement<long>> Phases<TRecord, TPhase>(ICollection<TRecord> records, Func<TRecord, TPhase> phaseOf)
        where TPhase : struct, Enum
    {
        var counts = records.CountBy(phaseOf).ToDictionary();
        return Enum.GetValues<TPhase>().Select(phase => new Measurement<long>(
            counts.GetValueOrDefault(phase), new KeyValuePair<string, object?>("phase", phase.ToString().ToLowerInvariant())));
    }

    private IEnumerable<int> Attempts() => _journal.Attachments.All.Where(record => record.Phase == AttachmentPhase.Deleting).Select(record => record.CleanupAttempts)
        .Concat(_journal.Reservations.All.Where(record => record.Phase == ReservationPhase.Releasing).Select(record => record.CleanupAttempts))
        .Where(attempts => attempts > 0);
}
