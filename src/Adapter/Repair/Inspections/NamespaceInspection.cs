using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Staging namespaces: kernel × journal. A record is written before its namespace is made and dropped after that is gone, so a namespace
/// without one is nobody's; unless the record is one that could not be read or was taken away, which Docker's endpoints tell.
/// </summary>
internal sealed class NamespaceInspection(Journal journal, AttachmentGates gates, StagingSandboxes staging, AdapterSettings settings) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Finding>?>(
        !context.IsThorough ? null :
        [
            .. staging.Ids().Where(id => !IsRecorded(id) && !gates.IsEntered(id)).Select(id => new Finding(
                FindingKind.OrphanedNamespace, staging.PathOf(id), $"namespace {staging.PathOf(id)}", "no attachment and no reservation has this id")
            {
                Grace = settings.Repair.OrphanGrace,
                Repair = IsCertain(context) ? token => RemoveAsync(id, token) : null,
                Remedy = "It stays as long as there are records that cannot be read, or endpoints of Docker's without a record: it may be theirs.",
            }),
        ]);

    private bool IsCertain(InspectionContext context) => !journal.HasUnreadable && context.Docker is { } docker && docker.IsKnownTo(journal);

    private async Task<RepairResult> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        using var passage = await gates.EnterAsync(id, cancellationToken);
        if (IsRecorded(id))
            return RepairResult.Unneeded;

        staging.Remove(id);
        return RepairResult.Repaired("It is unmounted and removed.");
    }

    private bool IsRecorded(string id) =>
        journal.Reservations.Find(id) is not null || journal.Attachments.All.Any(record => record.ContainerId == id);
}
