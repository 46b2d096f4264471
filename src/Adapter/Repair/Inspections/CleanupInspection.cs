using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// What is to be undone and could not be. In the background that is repeated at times of its own, and status lists it by itself; who asks
/// for repair does not want to wait.
/// </summary>
internal sealed class CleanupInspection(Journal journal, AttachmentGates gates, Repairer repairer, ReservationRepair reservations) : IInspection
{
    private const string NotTried = "it is to be undone";

    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Finding>?>(
        context.RepairTrigger == RepairTrigger.Background
            ? []
            :
            [
                .. journal.Attachments.All
                    .Where(record => record.Phase == AttachmentPhase.Deleting && IsStuck(record.EndpointId, record.CleanupAttempts)).Select(ToFinding),
                .. journal.Reservations.All
                    .Where(record => record.Phase == ReservationPhase.Releasing && reservations.IsUnused(record) && IsStuck(record.ContainerId, record.CleanupAttempts)).Select(ToFinding),
            ]);

    // What somebody is undoing just now, for the first time, is on its way as it should be.
    private bool IsStuck(string gate, int attempts) => attempts > 0 || !gates.IsEntered(gate);

    private Finding ToFinding(AttachmentRecord record) => new(FindingKind.PendingCleanup, record.EndpointId, record.Text(), record.CleanupError ?? NotTried)
    {
        Repair = token => repairer.DetachAsync(record, "an earlier removal failed", current => Task.FromResult(current.Phase == AttachmentPhase.Deleting), token),
    };

    private Finding ToFinding(ReservationRecord record) => new(FindingKind.PendingCleanup, record.ContainerId, record.Text(), record.CleanupError ?? NotTried)
    {
        Repair = token => reservations.ReleaseAsync(record, current => current.Phase == ReservationPhase.Releasing, token),
    };
}
