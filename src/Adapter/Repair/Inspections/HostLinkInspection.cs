using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Links in the host's namespace: kernel × journal. Only told of: nothing on a link says who made it, and a second daemon with another state
/// directory gives its links names of the same form.
/// </summary>
internal sealed class HostLinkInspection(Journal journal, StagingSandboxes staging, AdapterSettings settings) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        if (!context.IsThorough)
            return Task.FromResult<IReadOnlyList<Finding>?>(null);

        var links = staging.HostLinks(); // Before the journal is read: a record is there before its link.
        var claimed = journal.Attachments.All.Select(record => record.HostInterfaceName).ToHashSet(StringComparer.Ordinal);
        return Task.FromResult<IReadOnlyList<Finding>?>(
        [
            .. links.Where(link => InterfaceNames.IsHost(link.Name) && !claimed.Contains(link.Name)).Select(link => new Finding(
                FindingKind.UnclaimedLink, link.Name, $"interface {link.Name} of the host", "it is named as attachments on their way are, and no attachment has it")
            {
                Grace = settings.Repair.OrphanGrace,
                Remedy = $"If nobody else made it: ip link delete {link.Name}.",
            }),
        ]);
    }
}
