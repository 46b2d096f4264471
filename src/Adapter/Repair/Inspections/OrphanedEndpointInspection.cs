using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Endpoints of Docker's whose container Docker does not have: engines before 28 connect a container between two of its crashes, and forget that when it is
/// removed before it runs again. Only told of, since it is Docker's: what we undid would be gone, and Docker would still have it.
/// </summary>
internal sealed class OrphanedEndpointInspection(IDockerEngine docker, KnownFindings known, AdapterSettings settings) : IInspection
{
    public async Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        // A question more, whose answer may be long. After every event only where it may be that one has gone.
        if (context.Docker is not { } view || (!context.IsThorough && known.Of(typeof(OrphanedEndpointInspection)).Count == 0))
            return null;

        var endpoints =
            (from network in view.Networks
             from endpoint in view.Endpoints[network.Id]?.Containers ?? new Dictionary<string, DockerContainer>()
             where endpoint.Value.Id is not null // Else it is being joined.
             select (Network: network.Name, Id: endpoint.Key, Container: endpoint.Value)).ToArray();
        if (endpoints.Length == 0)
            return [];

        var containers = await docker.ContainersAsync(cancellationToken);
        var ids = containers.Select(container => container.Id).ToHashSet(StringComparer.Ordinal);
        var names = containers.Select(container => container.Name).ToHashSet(StringComparer.Ordinal);
        return [.. endpoints.Where(endpoint => !ids.Contains(endpoint.Container.Id)).Select(endpoint => ToFinding(endpoint.Network, endpoint.Id, endpoint.Container.Name, names))];
    }

    private Finding ToFinding(string network, string endpointId, string name, HashSet<string> names) => new(
        FindingKind.OrphanedEndpoint,
        endpointId,
        $"container {name} (endpoint {DockerId.Short(endpointId)}) on Docker network {network}",
        "Docker does not have the container any more, and still has its endpoint, which keeps its address and its published ports")
    {
        Grace = settings.Repair.OrphanGrace,
        Remedy = $"Take it off: docker network disconnect --force {network} {name}." +
            (names.Contains(name) ? " Docker takes that for the new container of this name, so let that have another meanwhile (docker rename)." : ""),
    };
}
