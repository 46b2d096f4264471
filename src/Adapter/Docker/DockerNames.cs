using System.Collections.Concurrent;

namespace Bridge.Adapter.Docker;

/// <summary>Names that Docker gave its networks; a driver is never told them in a call.</summary>
internal sealed class DockerNames
{
    private readonly ConcurrentDictionary<string, string> _networks = new(StringComparer.Ordinal);

    /// <summary>Whether Docker answered the last time it was asked.</summary>
    public bool EngineReachable { get; set; }

    public string? Network(string networkId) => _networks.GetValueOrDefault(networkId);

    public void SetNetworks(IReadOnlyList<DockerNetwork> networks)
    {
        foreach (var network in networks)
            _networks[network.Id] = network.Name;
    }
}
