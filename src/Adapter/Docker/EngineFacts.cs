using System.Collections.Concurrent;

namespace Bridge.Adapter.Docker;

/// <summary>Facts about the engine, learned in the background: a driver call must not ask Docker.</summary>
internal sealed class EngineFacts
{
    private volatile DockerVersion? _version;

    /// <summary>
    /// Whether Docker applies a container's sysctls before its networks, as from version 28 on. Earlier versions disable IPv6 in each new
    /// namespace and enable it again for the interfaces that get an IPv6 address. Null while the version is unknown.
    /// </summary>
    public bool? SysctlsComeFirst => _version?.SysctlsComeFirst;

    /// <summary>
    /// Whether Docker takes the interface's name in the container from the answer to Join (DstName), as from version 29.8 on. Earlier
    /// versions ignore it, and name the interface themselves. Null while the version is unknown.
    /// </summary>
    public bool? TakesInterfaceNames => _version?.TakesInterfaceNames;

    public void Learn(DockerVersion version) => _version = version;
}

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
