using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>Links of running containers: journal × kernel.</summary>
internal sealed class LostLinkInspection(Journal journal, AttachmentGates gates, StagingSandboxes staging, AdapterSettings settings) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        if (!context.IsThorough)
            return Task.FromResult<IReadOnlyList<Finding>?>(null);

        var hostLinks = staging.HostLinks();
        return Task.FromResult<IReadOnlyList<Finding>?>(
        [
            .. journal.Attachments.All
                .Where(record => record.Phase == AttachmentPhase.Joined && !gates.IsEntered(record.EndpointId) && IsRunning(record, context.Docker) && IsLost(record, hostLinks))
                .Select(record => new Finding(
                    FindingKind.LostLink, record.EndpointId, record.Text(), "its interface is neither in the container nor on its way there: somebody removed it")
                {
                    Grace = settings.Repair.OrphanGrace,
                    Remedy = RecordText.Restart(record.ContainerName),
                }),
        ]);
    }

    // The namespace of a container that has ended may stay for a while, but Docker does not list its endpoint.
    private static bool IsRunning(AttachmentRecord record, DockerView? docker) =>
        StagingSandboxes.IsThere(record.SandboxKey!) && (docker is null || docker.Find(record) is not null);

    private bool IsLost(AttachmentRecord record, IReadOnlyList<LinkInfo> hostLinks) => record.Snapshot is { } snapshot
        && !staging.IsSomewhere(record.ContainerId, record.InterfaceName, record.HostInterfaceName, record.SandboxKey!, snapshot, hostLinks);
}
