using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>Records that could not be read at the start, as long as their files are there.</summary>
internal sealed class UnreadableInspection(Journal journal) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>?>(
        [
            .. from record in journal.Unreadable
               where record.File.Contains(RecordFile.NotUtf8) || LibC.KindOf(record.File) is not null
               select new Finding(
                   FindingKind.UnreadableRecord,
                   record.File,
                   $"record {record.File}",
                   $"it could not be read when the daemon started: {record.Reason.TrimEnd('.')}")
               {
                   Remedy = "If a newer version of cnm-cni wrote it, run that version again. Otherwise restart the containers that " +
                       "Docker has and cnm-cni status does not show, and remove the file.",
               },
        ]);
}

/// <summary>Records whose files were removed while cnm-cni was running: memory × disk. The next start needs the files.</summary>
internal sealed class MissingRecordInspection(Journal journal, AttachmentGates gates) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>?>(!context.IsThorough ? null :
        [
            .. Missing("network", journal.Networks),
            .. Missing("attachment", journal.Attachments),
            .. Missing("reservation", journal.Reservations),
        ]);

    private IEnumerable<Finding> Missing<T>(string kind, RecordDirectory<T> records) where T : class, IRecord =>
        records.Missing.Where(id => !gates.IsEntered(id)).Select(id => new Finding(
            FindingKind.MissingRecord, id, $"record of {kind} {id}", "its file was removed")
        {
            Repair = token => WriteAsync(records, id, token),
        });

    private async Task<RepairResult> WriteAsync<T>(
        RecordDirectory<T> records, string id, CancellationToken cancellationToken) where T : class, IRecord
    {
        using var gate = await gates.EnterAsync(id, cancellationToken);
        return records.Rewrite(id) ? RepairResult.Repaired("It is written again.") : RepairResult.Unneeded;
    }
}
