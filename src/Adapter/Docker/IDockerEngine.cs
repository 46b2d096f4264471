using System.Net;

namespace Bridge.Adapter.Docker;

/// <summary>
/// The requests to Docker. Every method throws a <see cref="DockerUnreachableException"/> when Docker does not answer in time (a change may
/// have been made all the same), and a <see cref="DockerRefusalException"/> when it answers with an error.
/// For background work only: dockerd holds locks while it waits for a driver, so a request from inside a driver call can wait for that very
/// call. <see cref="EndpointsAsync"/> needs none of those locks, but waits while dockerd starts.
/// </summary>
internal interface IDockerEngine
{
    /// <summary>The networks of this driver.</summary>
    Task<IReadOnlyList<DockerNetwork>> CniNetworksAsync(string driver, CancellationToken cancellationToken);

    /// <summary>The networks of all drivers.</summary>
    Task<IReadOnlyList<DockerNetwork>> NetworksAsync(CancellationToken cancellationToken);

    /// <summary>Creates a network. Docker calls its driver meanwhile. Docker refuses a name that is taken (409).</summary>
    /// <returns>Its id.</returns>
    Task<string> CreateNetworkAsync(NewNetwork network, CancellationToken cancellationToken);

    /// <summary>Removes a network, if it exists. Docker refuses when, for instance, a running container is on it (403).</summary>
    Task RemoveNetworkAsync(string networkId, CancellationToken cancellationToken);

    /// <summary>
    /// Whether a container, running or not, needs the network. Docker itself removes a network that only stopped containers need.
    /// </summary>
    Task<bool> IsInUseAsync(DockerNetwork network, CancellationToken cancellationToken);

    /// <summary>The version of the engine and of its API.</summary>
    Task<DockerVersion> VersionAsync(CancellationToken cancellationToken);

    /// <summary>The name of a managed plugin, with its tag; null when Docker has no such plugin.</summary>
    Task<string?> PluginNameAsync(string pluginId, CancellationToken cancellationToken);

    /// <summary>The endpoints of a network; null when Docker has no such network.</summary>
    Task<DockerNetworkEndpoints?> EndpointsAsync(string networkId, CancellationToken cancellationToken);

    /// <summary>
    /// The containers' addresses on networks of other drivers for which this driver is the IPAM driver (<c>-d macvlan --ipam-driver
    /// cni</c>).
    /// </summary>
    Task<IReadOnlySet<IPAddress>> AddressesElsewhereAsync(string driver, CancellationToken cancellationToken);

    /// <summary>All containers, running or not.</summary>
    Task<IReadOnlyList<DockerContainer>> ContainersAsync(CancellationToken cancellationToken);

    /// <summary>Kubernetes clusters whose nodes are containers of this Docker, by the labels of their running containers.</summary>
    Task<IReadOnlyList<ClusterInContainers>> ClustersAsync(CancellationToken cancellationToken);

    /// <summary>Containers that do not run although their restart policy requires it, and whose error contains one of the texts.</summary>
    Task<IReadOnlyList<DockerContainer>> StrandedAsync(IReadOnlyList<string> errorTexts, CancellationToken cancellationToken);

    /// <summary>Starts a container. Docker calls its drivers meanwhile.</summary>
    Task StartAsync(string containerId, CancellationToken cancellationToken);

    /// <summary>
    /// Events as they happen. The first is <see cref="DockerEventKind.Connected"/>, and none after it is missed. Ends with an exception
    /// when the connection breaks; then call it again.
    /// </summary>
    IAsyncEnumerable<DockerEvent> WatchAsync(CancellationToken cancellationToken);
}

/// <summary>A request to Docker failed.</summary>
internal abstract class DockerException(string message, Exception? cause) : Exception(message, cause);

/// <summary>Docker did not answer. That says nothing about what it has, and must not be read as "Docker does not have it".</summary>
internal sealed class DockerUnreachableException(string dockerSocket, string reason, Exception? cause)
    : DockerException($"Docker at {dockerSocket} does not answer: {reason}", cause)
{
    public string Reason { get; } = reason;
}

/// <summary>Docker answered with an error.</summary>
internal sealed class DockerRefusalException(string request, HttpStatusCode status, string answer, Exception? cause)
    : DockerException($"Docker refused to {request} (HTTP {(int)status}): {answer.Trim()}", cause)
{
    public HttpStatusCode Status { get; } = status;
}
