using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Staging namespaces: kernel × journal. A record is written before its namespace is made and removed after it, so a namespace without a
/// record is unused; unless that record could not be read or was removed, which Docker's endpoints show.
/// </summary>
internal sealed class NamespaceInspection(
    Journal journal, AttachmentGates gates, StagingSandboxes staging, AdapterSettings settings) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>?>(!context.IsThorough ? null :
        [
            .. staging.Ids().Where(id => !IsRecorded(id) && !gates.IsEntered(id)).Select(id => new Finding(
                FindingKind.OrphanedNamespace,
                staging.PathOf(id),
                $"namespace {staging.PathOf(id)}",
                "no attachment and no reservation has this id")
            {
                Grace = settings.Repair.OrphanGrace,
                Repair = IsCertain(context) ? token => RemoveAsync(id, token) : null,
                Remedy = "It stays while there are unreadable records, or endpoints of Docker's without a record: it may be theirs.",
            }),
        ]);

    private bool IsCertain(InspectionContext context) =>
        !journal.HasUnreadable && context.Docker is { } docker && docker.IsKnownTo(journal);

    private async Task<RepairResult> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        using var gate = await gates.EnterAsync(id, cancellationToken);
        if (IsRecorded(id))
            return RepairResult.Unneeded;

        staging.Remove(id);
        return RepairResult.Repaired("It is unmounted and removed.");
    }

    private bool IsRecorded(string id) => journal.Reservations.Find(id) is not null || journal.UserOf(id) is not null;
}

/// <summary>
/// Links in the host's namespace: kernel × journal. Only reported: nothing on a link shows who made it, and a second daemon with another
/// state directory names its links in the same way.
/// </summary>
internal sealed class HostLinkInspection(Journal journal, StagingSandboxes staging, AdapterSettings settings) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        if (!context.IsThorough)
            return Task.FromResult<IReadOnlyList<Finding>?>(null);

        var links = staging.HostLinks(); // Before the journal: a record is written before its link is made.
        var claimed = journal.Attachments.All.Select(record => record.HostInterfaceName).ToHashSet(StringComparer.Ordinal);
        return Task.FromResult<IReadOnlyList<Finding>?>(
        [
            .. links.Where(link => InterfaceNames.IsHost(link.Name) && !claimed.Contains(link.Name)).Select(link => new Finding(
                FindingKind.UnclaimedLink,
                link.Name,
                $"interface {link.Name} of the host",
                "it is named like an attachment on its way to a container, and no attachment has it")
            {
                Grace = settings.Repair.OrphanGrace,
                Remedy = $"If nobody else made it: ip link delete {link.Name}.",
            }),
        ]);
    }
}

/// <summary>Links of running containers: journal × kernel.</summary>
internal sealed class LostLinkInspection(
    Journal journal, AttachmentGates gates, StagingSandboxes staging, AdapterSettings settings) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        if (!context.IsThorough)
            return Task.FromResult<IReadOnlyList<Finding>?>(null);

        var hostLinks = staging.HostLinks();
        return Task.FromResult<IReadOnlyList<Finding>?>(
        [
            .. from record in journal.Attachments.All
               where record.Phase == AttachmentPhase.Joined && !gates.IsEntered(record.EndpointId)
               where IsRunning(record, context.Docker) && IsLost(record, hostLinks)
               select new Finding(
                   FindingKind.LostLink,
                   record.EndpointId,
                   record.Text(),
                   "its interface is neither in the container nor on its way there: it was removed")
               {
                   Grace = settings.Repair.OrphanGrace,
                   Remedy = RecordText.Restart(record.ContainerName),
               },
        ]);
    }

    // The namespace of a container that has ended may stay for a while; Docker does not list its endpoint then.
    private static bool IsRunning(AttachmentRecord record, DockerView? docker) =>
        Sandbox.Exists(record.SandboxKey!) && (docker is null || docker.Find(record) is not null);

    private bool IsLost(AttachmentRecord record, IReadOnlyList<LinkInfo> hostLinks) => record.Snapshot is { } snapshot
        && !staging.IsSomewhere(record.ContainerId, record.InterfaceName, record.HostInterfaceName, record.SandboxKey!, snapshot,
            hostLinks);
}
