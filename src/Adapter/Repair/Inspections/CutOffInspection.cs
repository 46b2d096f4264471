using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// What was begun and nobody is at work on: a disk that was full at the wrong moment lets neither the outcome nor the intent to undo be
/// written.
/// </summary>
internal sealed class CutOffInspection(
    Journal journal, AttachmentGates gates, Repairer repairer, ReservationRepair reservations, AdapterSettings settings) : IInspection
{
    private const string Why = "its making was cut off, and nobody is at work on it";

    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        // Not by the time at which it was begun: the clock may have been set since.
        return Task.FromResult<IReadOnlyList<Finding>?>(
        [
            .. journal.Attachments.All
                .Where(record => record.Phase == AttachmentPhase.Adding && !gates.IsEntered(record.EndpointId)).Select(ToFinding),
            .. journal.Reservations.All
                .Where(record => record.Phase == ReservationPhase.Reserving && !gates.IsEntered(record.ContainerId)).Select(ToFinding),
        ]);
    }

    private Finding ToFinding(AttachmentRecord record) => new(FindingKind.CutOff, record.EndpointId, record.Text(), Why)
    {
        Grace = settings.Repair.OrphanGrace,
        Repair = token => repairer.DetachAsync(record, "its making was cut off", current => Task.FromResult(current.Phase == AttachmentPhase.Adding), token),
    };

    private Finding ToFinding(ReservationRecord record) => new(FindingKind.CutOff, record.ContainerId, record.Text(), Why)
    {
        Grace = settings.Repair.OrphanGrace,
        Repair = token => reservations.ReleaseAsync(record, current => current.Phase == ReservationPhase.Reserving, token),
    };
}
