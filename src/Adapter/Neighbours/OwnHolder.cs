using System.Net;
using Bridge.Adapter.Cnm;

namespace Bridge.Adapter.Neighbours;

/// <summary>A Docker container that has addresses on a CNI network, or is about to.</summary>
/// <param name="ContainerId">CNI_CONTAINERID: what the IPAM plugin knows it by.</param>
/// <param name="CniNetwork">Name of the CNI network.</param>
/// <param name="EndpointId">Docker's endpoint id; null while there is only a reservation.</param>
/// <param name="ContainerName">The container's name, when known.</param>
/// <param name="Addresses">Empty until they are known.</param>
internal sealed record OwnHolder(string ContainerId, string CniNetwork, string? EndpointId, string? ContainerName, IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>For the middle of a sentence.</summary>
    public string Description => (ContainerName, EndpointId) switch
    {
        ({ } name, _) => $"container {name}",
        (null, { } endpointId) => $"a container with endpoint {DockerId.Short(endpointId)}",
        (null, null) => "a container that is just being started",
    };
}
