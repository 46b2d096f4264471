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

    /// <summary>Who is attached to a network; null when Docker has no such network.</summary>
    /// <exception cref="DockerUnreachableException">Nobody answers, or not in time.</exception>
    /// <exception cref="DockerRefusalException">Docker answers, with another error than that.</exception>
    Task<DockerNetworkEndpoints?> EndpointsAsync(string networkId, CancellationToken cancellationToken);

    /// <summary>
    /// What changes, as it happens. Begins with <see cref="DockerEventKind.Connected"/>; nothing that happens after that is missed.
    /// Call again after it has ended.
    /// </summary>
    /// <exception cref="DockerUnreachableException">Nobody answers, or the connection broke: so it always ends, unless it is cancelled.</exception>
    /// <exception cref="DockerRefusalException">Docker answers, with an error.</exception>
    IAsyncEnumerable<DockerEvent> WatchAsync(CancellationToken cancellationToken);
}
