using System.Net;
using Docker.DotNet.Models;

namespace Bridge.Adapter.Docker;

// Images, containers and networks that cnm-cni makes itself and finds again by a label.
internal sealed partial class DockerEngine
{
    // Docker answers the import of an image with one message: its id.
    private const string IdPrefix = "sha256:";

    /// <summary>Makes an image out of a file tree, without a name.</summary>
    /// <param name="tree">A tar archive.</param>
    /// <param name="label">By which it is found.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>Its id.</returns>
    public async Task<string> ImportImageAsync(Stream tree, string label, CancellationToken cancellationToken)
    {
        const string Request = "import an image";
        var messages = new Messages();
        await AskAsync(Request, async token =>
        {
            var parameters = new ImagesCreateParameters { FromSrc = "-", Changes = [$"LABEL {label}=true"] };
            await _client.Images.CreateImageAsync(parameters, tree, null!, messages, token);
            return true;
        }, DriverTimeout, cancellationToken);
        return messages.Last?.Status is { } status && status.StartsWith(IdPrefix, StringComparison.Ordinal)
            ? status
            : throw new DockerRefusalException(
                Request, HttpStatusCode.OK, messages.Last?.Error?.Message ?? "it did not answer with an id", null);
    }

    /// <returns>The ids of the images with the label.</returns>
    public async Task<IReadOnlyList<string>> ImagesAsync(string label, CancellationToken cancellationToken)
    {
        var parameters = new ImagesListParameters { All = true, Filters = Filter("label", label) };
        var images = await AskAsync("list its images", token => _client.Images.ListImagesAsync(parameters, token), cancellationToken);
        return [.. images.Select(image => image.ID)];
    }

    /// <summary>Removes an image, if it exists.</summary>
    public Task RemoveImageAsync(string id, CancellationToken cancellationToken) => GoneAsync(AskAsync(
        $"remove image {id}",
        token => _client.Images.DeleteImageAsync(id, new ImageDeleteParameters { Force = true }, token),
        DriverTimeout, cancellationToken));

    /// <returns>The id of a new container, which does not run yet.</returns>
    public async Task<string> CreateContainerAsync(NewContainer container, CancellationToken cancellationToken)
    {
        var created = await AskAsync(
            $"create container {container.Name}",
            token => _client.Containers.CreateContainerAsync(ToParameters(container), token),
            DriverTimeout, cancellationToken);
        return created.ID;
    }

    /// <summary>Ends a container of AutoRemove, which Docker then removes by itself; removes one that has not run.</summary>
    public async Task EndContainerAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync($"end container {id}", async token =>
            {
                await _client.Containers.KillContainerAsync(id, new ContainerKillParameters { Signal = "SIGKILL" }, token);
                return true;
            }, DriverTimeout, cancellationToken);
        }
        catch (DockerRefusalException refusal) when (refusal.Status is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            await RemoveContainerAsync(id, cancellationToken);
        }
    }

    /// <summary>Ends a container and removes it, if it exists.</summary>
    public Task RemoveContainerAsync(string id, CancellationToken cancellationToken) => GoneAsync(AskAsync($"remove container {id}",
        async token =>
        {
            await _client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, token);
            return true;
        }, DriverTimeout, cancellationToken));

    /// <returns>The containers with the label, running or not.</returns>
    public async Task<IReadOnlyList<DockerContainer>> ContainersAsync(string label, CancellationToken cancellationToken) =>
    [
        .. (await ListContainersAsync(cancellationToken, Filter("label", label)))
            .Select(container => new DockerContainer(NameOf(container), container.ID)),
    ];

    /// <returns>The networks with the label.</returns>
    public Task<IReadOnlyList<DockerNetwork>> NetworksAsync(string label, CancellationToken cancellationToken) =>
        NetworksAsync(new NetworksListParameters { Filters = Filter("label", label) }, cancellationToken);

    public Task ConnectAsync(string networkId, string containerId, CancellationToken cancellationToken) => AskAsync(
        $"connect a container to network {networkId}",
        async token =>
        {
            await _client.Networks.ConnectNetworkAsync(networkId, new NetworkConnectParameters { Container = containerId }, token);
            return true;
        }, DriverTimeout, cancellationToken);

    public Task DisconnectAsync(string networkId, string containerId, CancellationToken cancellationToken) => AskAsync(
        $"disconnect a container from network {networkId}",
        async token =>
        {
            await _client.Networks.DisconnectNetworkAsync(networkId, new NetworkDisconnectParameters { Container = containerId }, token);
            return true;
        }, DriverTimeout, cancellationToken);

    /// <returns>Null when Docker has no such container.</returns>
    public async Task<ContainerFacts?> FactsAsync(string containerId, CancellationToken cancellationToken) =>
        await InspectContainerAsync(containerId, cancellationToken) is not { } found ? null : new ContainerFacts(
            found.State?.Running ?? false,
            found.NetworkSettings?.SandboxKey ?? "",
            found.ResolvConfPath ?? "",
            [.. (found.NetworkSettings?.Networks ?? new Dictionary<string, EndpointSettings>()).Values.Select(endpoint =>
                new EndpointFacts(
                    endpoint.NetworkID, endpoint.EndpointID, Addresses(endpoint.IPAddress, endpoint.GlobalIPv6Address)))],
            [.. (found.NetworkSettings?.Ports ?? new Dictionary<string, IList<PortBinding>>()).Values
                .SelectMany(bindings => bindings ?? [])
                .Select(binding => binding.HostPort).Where(port => int.TryParse(port, out _)).Select(int.Parse).Distinct()]);

    private static IPAddress[] Addresses(params IEnumerable<string?> texts) =>
        [.. texts.Where(text => !string.IsNullOrEmpty(text)).Select(text => IPAddress.Parse(text!))];

    private static async Task GoneAsync(Task request)
    {
        try
        {
            await request;
        }
        catch (DockerRefusalException refusal) when (refusal.Status is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // Gone already, or on its way: a container of AutoRemove goes by itself when it ends. Lists show when it is gone.
        }
    }

    private static CreateContainerParameters ToParameters(NewContainer container) => new()
    {
        Name = container.Name,
        Image = container.Image,
        Entrypoint = [container.Program],
        Labels = new Dictionary<string, string> { [container.Label] = "true" },
        StopSignal = "SIGKILL",
        ExposedPorts = Ports(container).ToDictionary(port => port, _ => default(EmptyStruct)),
        HostConfig = new HostConfig
        {
            NetworkMode = container.NetworkId,
            AutoRemove = true,
            ReadonlyRootfs = true,
            CapDrop = ["ALL"],
            SecurityOpt = ["no-new-privileges"],
            LogConfig = new LogConfig { Type = "none" },
            PortBindings = Ports(container).ToDictionary(port => port, _ => (IList<PortBinding>)[new PortBinding { HostPort = "" }]),
        },
    };

    private static IEnumerable<string> Ports(NewContainer container) =>
        container.PublishedPort is { } port ? [$"{port}/tcp"] : [];

    private sealed class Messages : IProgress<JSONMessage>
    {
        public JSONMessage? Last { get; private set; }

        public void Report(JSONMessage value) => Last = value;
    }
}

/// <summary>A container to create, with no rights but to run; Docker removes it when it ends.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Image">The image's id.</param>
/// <param name="Program">What it runs, by its path in the image.</param>
/// <param name="Label">By which it is found.</param>
/// <param name="NetworkId">Its network.</param>
/// <param name="PublishedPort">A TCP port to publish at a port that is free; null: none.</param>
internal sealed record NewContainer(string Name, string Image, string Program, string Label, string NetworkId, int? PublishedPort);

/// <param name="IsRunning">Whether its process runs.</param>
/// <param name="SandboxPath">The path of its network namespace; empty when it does not run.</param>
/// <param name="ResolverFile">The host's path of its <c>/etc/resolv.conf</c>.</param>
/// <param name="Endpoints">One for each of its networks.</param>
/// <param name="HostPorts">Those that Docker itself published.</param>
internal sealed record ContainerFacts(
    bool IsRunning, string SandboxPath, string ResolverFile, IReadOnlyList<EndpointFacts> Endpoints, IReadOnlyList<int> HostPorts);

/// <param name="NetworkId">The network.</param>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="Addresses">Those that Docker knows.</param>
internal sealed record EndpointFacts(string NetworkId, string EndpointId, IReadOnlyList<IPAddress> Addresses);
