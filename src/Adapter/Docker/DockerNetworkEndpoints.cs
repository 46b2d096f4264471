namespace Bridge.Adapter.Docker;

/// <summary>A network's endpoints as Docker knows them at this moment. A new endpoint appears late: some time after it was created.</summary>
/// <param name="NetworkId">The network's id.</param>
/// <param name="NetworkName">What people call it.</param>
/// <param name="Containers">Endpoint id → the container it belongs to.</param>
internal sealed record DockerNetworkEndpoints(string NetworkId, string NetworkName, IReadOnlyDictionary<string, DockerContainer> Containers)
{
    public DockerContainer? Find(string endpointId) => Containers.GetValueOrDefault(endpointId);
}
