using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>Records that could not be read when the daemon started, as long as they are there.</summary>
internal sealed class UnreadableInspection(Repairer repairer) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Finding>?>(
    [
        .. repairer.Unreadable.Where(record => record.File.Contains(RecordFile.NotUtf8) || LibC.KindOf(record.File) is not null).Select(record => new Finding(
            FindingKind.UnreadableRecord, record.File, $"record {record.File}", $"it could not be read when the daemon started: {record.Reason.TrimEnd('.')}")
        {
            Remedy = "If an older version is running than wrote it, go on with the newer one. Else restart the containers that Docker has and cnm-cni status does not show, and remove the file.",
        }),
    ]);
}
