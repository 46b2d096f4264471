using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Endpoints: journal × Docker. dockerd sends no calls for endpoints that it lost in a kill -9. An endpoint that the journal lost cannot be
/// recorded again: only the record had the parameters and the result of its plugins.
/// </summary>
internal sealed class EndpointInspection(Journal journal, CleanupRunner cleanups, Arrivals arrivals, AdapterSettings settings) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>?>(context.Docker is { } docker ? [.. Forgotten(docker), .. Unrecorded(docker)] : null);

    public static string What(string network, string endpointId, string container) =>
        $"container {container} (endpoint {DockerId.Short(endpointId)}) on Docker network {network}";

    private IEnumerable<Finding> Forgotten(DockerView docker) =>
        from record in journal.Attachments.All.ToArray()
        where docker.Endpoints.TryGetValue(record.NetworkId, out var network) && ForgottenEndpoint.IsCaseOf(record, network)
        select new Finding(FindingKind.ForgottenAttachment, record.EndpointId, record.Text(), ForgottenEndpoint.Cause)
        {
            Grace = settings.Repair.OrphanGrace,
            Repair = token => CleanUpAsync(record, isNetworkKnown: docker.Endpoints[record.NetworkId] is not null, token),
        };

    private IEnumerable<Finding> Unrecorded(DockerView docker) =>
        from endpoint in docker.OwnEndpoints
        where journal.Attachments.Find(endpoint.EndpointId) is null
        select new Finding(
            FindingKind.UnrecordedEndpoint,
            endpoint.EndpointId,
            What(endpoint.Network.Name, endpoint.EndpointId, endpoint.Container.Name),
            "Docker has its endpoint, and the journal has no record of it: it was lost, or could not be read")
        {
            Grace = settings.Repair.OrphanGrace,
            Remedy = $"{RecordText.Restart(endpoint.Container.Name)} cnm-cni then removes what its plugins made, as far as the host " +
                "shows it.",
        };

    // An unknown network may belong to another dockerd: attachments in use there are left alone.
    private async Task<RepairResult> CleanUpAsync(AttachmentRecord record, bool isNetworkKnown, CancellationToken cancellationToken)
    {
        var isForeign = false;
        var result = await cleanups.CleanUpAsync(
            record,
            ForgottenEndpoint.Cause,
            async current => current is AttachmentRecord attachment && attachment.Phase == record.Phase
                && !(isForeign = !isNetworkKnown && await IsInUseAsync(attachment)),
            cancellationToken);
        return isForeign
            ? RepairResult.Reported($"It is left alone: the Docker at {settings.DockerSocket} does not have its network, and it is in use.")
            : result;
    }

    private async Task<bool> IsInUseAsync(AttachmentRecord record) =>
        record.Phase == AttachmentPhase.Joined && await arrivals.TryFinishAsync(record) == ArrivalState.Arrived;
}

/// <summary>
/// Endpoints of Docker's whose container Docker does not have: engines before 28 can connect a container between two crashes, and lose that
/// when it is removed before it runs again. Only reported: cnm-cni cannot remove Docker's endpoint.
/// </summary>
internal sealed class OrphanedEndpointInspection(IDockerEngine docker, KnownFindings known, AdapterSettings settings) : IInspection
{
    public async Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        // One request more, with a long answer. After an event only when there is a finding that may have gone.
        if (context.Docker is not { } view || (!context.IsThorough && known.Of(typeof(OrphanedEndpointInspection)).Count == 0))
            return null;

        // Without an id it is being joined.
        var endpoints = view.OwnEndpoints.Where(endpoint => endpoint.Container.Id is not null).ToArray();
        if (endpoints.Length == 0)
            return [];

        var containers = await docker.ContainersAsync(cancellationToken);
        var ids = containers.Select(container => container.Id).ToHashSet(StringComparer.Ordinal);
        var names = containers.Select(container => container.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. endpoints.Where(endpoint => !ids.Contains(endpoint.Container.Id))
                .Select(endpoint => ToFinding(endpoint.Network.Name, endpoint.EndpointId, endpoint.Container.Name, names)),
        ];
    }

    private Finding ToFinding(string network, string endpointId, string name, HashSet<string> names) => new(
        FindingKind.OrphanedEndpoint,
        endpointId,
        EndpointInspection.What(network, endpointId, name),
        "Docker does not have the container any more, and still has its endpoint, which keeps its address and its published ports")
    {
        Grace = settings.Repair.OrphanGrace,
        Remedy = $"Disconnect it: docker network disconnect --force {network} {name}." + (names.Contains(name)
            ? " Docker would disconnect the new container of this name, so rename that first (docker rename)."
            : ""),
    };
}
