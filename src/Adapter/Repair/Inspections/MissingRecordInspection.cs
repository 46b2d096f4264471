using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>Records whose files somebody has removed while the daemon runs: memory × disk. Written again, or the next start would not know of them.</summary>
internal sealed class MissingRecordInspection(Journal journal, AttachmentGates gates) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Finding>?>(
        !context.IsThorough ? null : [.. Missing("network", journal.Networks), .. Missing("attachment", journal.Attachments), .. Missing("reservation", journal.Reservations)]);

    private IEnumerable<Finding> Missing<T>(string kind, RecordDirectory<T> records) where T : class, IRecord =>
        records.Missing.Where(id => !gates.IsEntered(id)).Select(id => new Finding(
            FindingKind.MissingRecord, id, $"record of {kind} {id}", "somebody has removed its file")
        {
            Repair = token => WriteAsync(records, id, token),
        });

    private async Task<RepairResult> WriteAsync<T>(RecordDirectory<T> records, string id, CancellationToken cancellationToken) where T : class, IRecord
    {
        using var passage = await gates.EnterAsync(id, cancellationToken);
        return records.Rewrite(id) ? RepairResult.Repaired("It is written again.") : RepairResult.Unneeded;
    }
}
