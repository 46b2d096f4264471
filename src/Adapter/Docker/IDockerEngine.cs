using System.Net;

namespace Bridge.Adapter.Docker;

/// <summary>
/// The few questions the bridge asks Docker. Only from the background: dockerd holds locks while it waits for a driver, so a question
/// asked from inside a driver call can wait for that very call.
/// </summary>
internal interface IDockerEngine
{
    /// <summary>The networks that were created with this driver.</summary>
    /// <exception cref="DockerUnreachableException">Nobody answers, or not in time.</exception>
    /// <exception cref="DockerRefusalException">Docker answers, with an error.</exception>
    Task<IReadOnlyList<DockerNetwork>> CniNetworksAsync(string driver, CancellationToken cancellationToken);

    /// <summary>Every network, of whatever driver.</summary>
    /// <exception cref="DockerUnreachableException">Nobody answers, or not in time.</exception>
    /// <exception cref="DockerRefusalException">Docker answers, with an error.</exception>
    Task<IReadOnlyList<DockerNetwork>> NetworksAsync(CancellationToken cancellationToken);

    /// <summary>Makes a network. Docker calls its driver meanwhile.</summary>
    /// <returns>Its id.</returns>
    /// <exception cref="DockerUnreachableException">Nobody answers, or not in time: it may have been made all the same.</exception>
    /// <exception cref="DockerRefusalException">Docker or the driver says no, in its words; or there is one of that name already (409).</exception>
    Task<string> CreateNetworkAsync(NewNetwork network, CancellationToken cancellationToken);

    /// <summary>Removes a network; that it is gone already is no error.</summary>
    /// <exception cref="DockerUnreachableException">Nobody answers, or not in time.</exception>
    /// <exception cref="DockerRefusalException">Docker says no, for instance because a running container is on it (403).</exception>
    Task RemoveNetworkAsync(string networkId, CancellationToken cancellationToken);

    /// <summary>
    /// Whether any container, running or not, would miss the network. Docker itself removes a network that only stopped containers need.
    /// </summary>
    /// <exception cref="DockerUnreachableException">Nobody answers, or not in time.</exception>
    /// <exception cref="DockerRefusalException">Docker answers, with an error.</exception>
    Task<bool> IsInUseAsync(DockerNetwork network, CancellationToken cancellationToken);

    /// <summary>Whether it can make networks without IPv4: from Docker 28 on.</summary>
    /// <exception cref="DockerUnreachableException">Nobody answers, or not in time.</exception>
    /// <exception cref="DockerRefusalException">Docker answers, with an error.</exception>
    Task<bool> HasIPv6AloneAsync(CancellationToken cancellationToken);

    /// <summary>Who is attached to a network; null when Docker has no such network.</summary>
    /// <exception cref="DockerUnreachableException">Nobody answers, or not in time.</exception>
    /// <exception cref="DockerRefusalException">Docker answers, with another error than that.</exception>
    Task<DockerNetworkEndpoints?> EndpointsAsync(string networkId, CancellationToken cancellationToken);

    /// <summary>
    /// What containers have on networks of other drivers for which this one chooses addresses (<c>-d macvlan --ipam-driver cni</c>).
    /// </summary>
    /// <param name="driver">This driver.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <exception cref="DockerUnreachableException">Nobody answers, or not in time.</exception>
    /// <exception cref="DockerRefusalException">Docker answers, with an error.</exception>
    Task<IReadOnlySet<IPAddress>> AddressesElsewhereAsync(string driver, CancellationToken cancellationToken);

    /// <summary>Every container, whether it runs or not.</summary>
    /// <exception cref="DockerUnreachableException">Nobody answers, or not in time.</exception>
    /// <exception cref="DockerRefusalException">Docker answers, with an error.</exception>
    Task<IReadOnlyList<DockerContainer>> ContainersAsync(CancellationToken cancellationToken);

    /// <summary>Containers that do not run although their restart policy says so, and whose error has these words in it.</summary>
    /// <exception cref="DockerUnreachableException">Nobody answers, or not in time.</exception>
    /// <exception cref="DockerRefusalException">Docker answers, with an error.</exception>
    Task<IReadOnlyList<DockerContainer>> StrandedAsync(string words, CancellationToken cancellationToken);

    /// <summary>Starts a container. Docker calls its drivers meanwhile.</summary>
    /// <exception cref="DockerUnreachableException">Nobody answers, or not in time: it may run all the same.</exception>
    /// <exception cref="DockerRefusalException">Docker says no.</exception>
    Task StartAsync(string containerId, CancellationToken cancellationToken);

    /// <summary>
    /// What changes, as it happens. Begins with <see cref="DockerEventKind.Connected"/>; nothing that happens after that is missed.
    /// Call again after it has ended.
    /// </summary>
    /// <exception cref="DockerUnreachableException">Nobody answers, or the connection broke: so it always ends, unless it is cancelled.</exception>
    /// <exception cref="DockerRefusalException">Docker answers, with an error.</exception>
    IAsyncEnumerable<DockerEvent> WatchAsync(CancellationToken cancellationToken);
}
