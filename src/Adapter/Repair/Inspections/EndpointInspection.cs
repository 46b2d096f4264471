using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Endpoints: journal × Docker. After kill -9 of dockerd it says nothing of those that it has forgotten. One that the journal lost cannot be
/// made up again: what its plugins were told and what they answered is in the record alone.
/// </summary>
internal sealed class EndpointInspection(Journal journal, Repairer repairer, Arrivals arrivals, AdapterSettings settings) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Finding>?>(
        context.Docker is { } docker ? [.. Forgotten(docker), .. docker.Networks.SelectMany(network => Unrecorded(docker, network))] : null);

    private IEnumerable<Finding> Forgotten(DockerView docker) =>
        from record in journal.Attachments.All.Where(ContainerNames.IsMade).ToArray()
        where docker.Endpoints.ContainsKey(record.NetworkId) && docker.Find(record) is null
        select new Finding(FindingKind.ForgottenAttachment, record.EndpointId, record.Text(), "Docker does not have its endpoint any more")
        {
            Grace = settings.Repair.OrphanGrace,
            Repair = cancellationToken => UndoAsync(record, networkKnown: docker.Endpoints[record.NetworkId] is not null, cancellationToken),
        };

    private IEnumerable<Finding> Unrecorded(DockerView docker, DockerNetwork network) =>
        from endpoint in docker.Endpoints[network.Id]?.Containers ?? new Dictionary<string, DockerContainer>()
        where journal.Attachments.Find(endpoint.Key) is null
        select new Finding(
            FindingKind.UnrecordedEndpoint,
            endpoint.Key,
            $"container {endpoint.Value.Name} (endpoint {DockerId.Short(endpoint.Key)}) on Docker network {network.Name}",
            "Docker has its endpoint, and the journal has no record of it: it was lost, or could not be read")
        {
            Grace = settings.Repair.OrphanGrace,
            Remedy = $"{RecordText.Restart(endpoint.Value.Name)} What its plugins had made for it is undone then as far as the host shows that it is its own.",
        };

    // An unknown network may be another Docker's: what is in use there is left alone.
    private async Task<RepairResult> UndoAsync(AttachmentRecord record, bool networkKnown, CancellationToken cancellationToken)
    {
        var isForeign = false;
        var outcome = await repairer.DetachAsync(
            record,
            "Docker does not have its endpoint any more",
            async current => current.Phase == record.Phase && !(isForeign = !networkKnown && await IsInUseAsync(current)),
            cancellationToken);
        return isForeign
            ? RepairResult.Reported($"It is left alone: its network is not one of the Docker at {settings.DockerSocket}, and it is in use.")
            : outcome;
    }

    private async Task<bool> IsInUseAsync(AttachmentRecord record) =>
        record.Phase == AttachmentPhase.Joined && await arrivals.TryFinishAsync(record) == ArrivalState.Arrived;
}
