using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>Compares two sources. Changes nothing itself: each finding has its repair.</summary>
internal interface IInspection
{
    /// <returns>The findings; null when it could not compare, or does not in this pass: its earlier findings stay.</returns>
    /// <exception cref="DockerException">Docker does not answer.</exception>
    Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken);
}

/// <summary>Inputs shared by the inspections of one pass.</summary>
/// <param name="Trigger">What triggered the pass.</param>
/// <param name="IsThorough">Kernel and stores are compared too, which costs more than a request to Docker: not after every event.</param>
/// <param name="Docker">What Docker has; null when it does not answer.</param>
internal sealed record InspectionContext(RepairTrigger Trigger, bool IsThorough, DockerView? Docker);

internal enum RepairTrigger
{
    /// <summary>An interval or an event.</summary>
    Background,

    /// <summary>An operator: pending clean-ups are tried at once, before their time.</summary>
    Demand,

    /// <summary>An operator who wants a report: nothing is changed.</summary>
    DryRun,
}

/// <summary>What Docker has of this driver, read once per pass.</summary>
/// <param name="Networks">The networks of this driver.</param>
/// <param name="Endpoints">Those networks, and all networks of attachments, by id; null where Docker has no such network.</param>
internal sealed record DockerView(IReadOnlyList<DockerNetwork> Networks, IReadOnlyDictionary<string, DockerNetworkEndpoints?> Endpoints)
{
    /// <exception cref="DockerException">Docker does not answer.</exception>
    public static async Task<DockerView> ReadAsync(
        IDockerEngine docker, string driver, Journal journal, CancellationToken cancellationToken)
    {
        var networks = await docker.CniNetworksAsync(driver, cancellationToken);
        var endpoints = new Dictionary<string, DockerNetworkEndpoints?>(StringComparer.Ordinal);
        var ids = networks.Select(network => network.Id).Concat(journal.Attachments.All.Select(record => record.NetworkId));
        foreach (var networkId in ids.Distinct(StringComparer.Ordinal).ToArray())
            endpoints[networkId] = await docker.EndpointsAsync(networkId, cancellationToken);

        return new DockerView(networks, endpoints);
    }

    /// <summary>Whether Docker has the endpoint, on any of those networks.</summary>
    public bool Has(string endpointId) => Endpoints.Values.Any(network => network?.Find(endpointId) is not null);

    /// <summary>Whether the journal has all endpoints that Docker has.</summary>
    public bool IsKnownTo(Journal journal) =>
        Endpoints.Values.OfType<DockerNetworkEndpoints>().SelectMany(network => network.Containers.Keys)
        .All(endpointId => journal.Attachments.Find(endpointId) is not null);

    /// <summary>Null when Docker does not have the endpoint, or its network was not read.</summary>
    public DockerContainer? Find(AttachmentRecord record) => Endpoints.GetValueOrDefault(record.NetworkId)?.Find(record.EndpointId);

    /// <summary>The endpoints on the networks of this driver.</summary>
    public IEnumerable<(DockerNetwork Network, string EndpointId, DockerContainer Container)> OwnEndpoints =>
        from network in Networks
        from endpoint in Endpoints[network.Id]?.Containers ?? new Dictionary<string, DockerContainer>()
        select (network, endpoint.Key, endpoint.Value);
}
