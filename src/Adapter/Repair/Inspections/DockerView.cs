using Bridge.Adapter.Docker;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>What Docker has of ours at one moment, asked for once per round.</summary>
/// <param name="Networks">The networks of this driver.</param>
/// <param name="Endpoints">Those networks, and all that attachments are on, by id; null where Docker has no such network.</param>
internal sealed record DockerView(IReadOnlyList<DockerNetwork> Networks, IReadOnlyDictionary<string, DockerNetworkEndpoints?> Endpoints)
{
    /// <exception cref="DockerException">Docker does not say.</exception>
    public static async Task<DockerView> ReadAsync(IDockerEngine docker, string driver, Journal journal, CancellationToken cancellationToken)
    {
        var networks = await docker.CniNetworksAsync(driver, cancellationToken);
        var endpoints = new Dictionary<string, DockerNetworkEndpoints?>(StringComparer.Ordinal);
        var ids = networks.Select(network => network.Id).Concat(journal.Attachments.All.Select(record => record.NetworkId));
        foreach (var networkId in ids.Distinct(StringComparer.Ordinal).ToArray())
            endpoints[networkId] = await docker.EndpointsAsync(networkId, cancellationToken);

        return new DockerView(networks, endpoints);
    }

    /// <summary>Whether Docker has it, on whatever network of those.</summary>
    public bool Has(string endpointId) => Endpoints.Values.Any(network => network?.Find(endpointId) is not null);

    /// <summary>Whether the journal knows all that Docker has.</summary>
    public bool IsKnownTo(Journal journal) =>
        Endpoints.Values.OfType<DockerNetworkEndpoints>().SelectMany(network => network.Containers.Keys).All(endpointId => journal.Attachments.Find(endpointId) is not null);

    /// <summary>Null when Docker does not have the endpoint, or was not asked about its network.</summary>
    public DockerContainer? Find(AttachmentRecord record) => Endpoints.GetValueOrDefault(record.NetworkId)?.Find(record.EndpointId);
}
