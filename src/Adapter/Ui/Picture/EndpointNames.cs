using System.Collections.Frozen;
using Bridge.Adapter.Control;

namespace Bridge.Adapter.Ui.Picture;

/// <summary>
/// Which endpoint a CNI container id belongs to, by the last status: events of plugins have the container id alone. Any thread.
/// </summary>
internal sealed class EndpointNames
{
    private volatile FrozenDictionary<string, (string EndpointId, string? Name)> _byContainer =
        FrozenDictionary<string, (string, string?)>.Empty;

    public void Replace(IReadOnlyList<EndpointStatus> endpoints) => _byContainer = endpoints.DistinctBy(one => one.ContainerId)
        .ToFrozenDictionary(one => one.ContainerId, one => (one.EndpointId, one.ContainerName), StringComparer.Ordinal);

    /// <returns>Null: it belongs to none, as of a reservation.</returns>
    public (string EndpointId, string? Name)? Find(string? containerId) =>
        containerId is not null && _byContainer.TryGetValue(containerId, out var found) ? found : null;
}
