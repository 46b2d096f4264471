using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Staging namespaces: kernel × journal. A record is written before its namespace is made and dropped after that is gone, so a namespace
/// without one is nobody's.
/// </summary>
internal sealed class NamespaceInspection(Journal journal, AttachmentGates gates, StagingSandboxes staging, AdapterSettings settings) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(Look look, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Finding>?>(
        !look.IsThorough ? null :
        [
            .. staging.Ids().Where(id => !IsRecorded(id) && !gates.IsEntered(id)).Select(id => new Finding(
                FindingKind.OrphanedNamespace, staging.PathOf(id), $"namespace {staging.PathOf(id)}", "no attachment and no reservation has this id")
            {
                Grace = settings.Repair.OrphanGrace,
                Mend = token => RemoveAsync(id, token),
            }),
        ]);

    private async Task<Mending> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        using var passage = await gates.EnterAsync(id, cancellationToken);
        if (IsRecorded(id))
        {
            return Mending.Unneeded;
        }

        staging.Remove(id);
        return Mending.Mended("It is unmounted and removed.");
    }

    private bool IsRecorded(string id) =>
        journal.Reservations.Find(id) is not null || journal.Attachments.All.Any(record => record.ContainerId == id);
}
