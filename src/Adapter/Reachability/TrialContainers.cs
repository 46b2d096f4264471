using System.Formats.Tar;
using System.Runtime.InteropServices;
using Bridge.Adapter.Docker;

namespace Bridge.Adapter.Reachability;

/// <summary>
/// The throw-away containers: their image, their start on every engine, and their removal. All that Docker is asked to make has a label, by
/// which a later run finds what a killed one left.
/// </summary>
internal sealed class TrialContainers(DockerEngine docker, TimeProvider timeProvider)
{
    /// <summary>The TCP port of container 1 that is published, and the port of every listener in containers and pod.</summary>
    public const int Port = 4650;

    private const string Label = "cnm-cni.test";
    private const string Program = "cnm-cni-test";
    private const string BridgeDriver = "bridge";
    private const UnixFileMode Executable = (UnixFileMode)0b101_101_101;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Removing = TimeSpan.FromSeconds(10);

    /// <summary>What Docker made after the removal had looked would stay. These requests have a deadline of their own.</summary>
    private static CancellationToken Uninterrupted => CancellationToken.None;

    public static string NameOf(int number) => $"cnm-cni-test-{number}";

    /// <param name="lifetime">After which a container ends by itself.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The image's id.</returns>
    public async Task<string> MakeImageAsync(TimeSpan lifetime, CancellationToken cancellationToken)
    {
        using var tree = new MemoryStream();
        await using (var tar = new TarWriter(tree, leaveOpen: true))
        {
            using var program = new MemoryStream(SleepProgram.Make(RuntimeInformation.OSArchitecture, lifetime));
            await tar.WriteEntryAsync(
                new PaxTarEntry(TarEntryType.RegularFile, Program) { Mode = Executable, DataStream = program }, cancellationToken);
        }

        tree.Position = 0;
        return await docker.ImportImageAsync(tree, Label, Uninterrupted);
    }

    /// <summary>
    /// Starts a container on the network. Where the plugins run in the container's namespace, and that does not exist yet when Docker
    /// starts a container, it starts on another network and is connected.
    /// </summary>
    /// <param name="number">1 or 2.</param>
    /// <param name="image">Its id.</param>
    /// <param name="network">The network that is tested.</param>
    /// <param name="publishes">Whether <see cref="Port"/> is published.</param>
    /// <param name="isConnected">Whether it is connected once it runs.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <returns>The container's id.</returns>
    public async Task<string> StartAsync(
        int number, string image, DockerNetwork network, bool publishes, bool isConnected, CancellationToken cancellationToken)
    {
        var first = isConnected ? await WaitingNetworkAsync(cancellationToken) : network.Id;
        var container = new NewContainer(NameOf(number), image, $"/{Program}", Label, first, publishes ? Port : null);
        var id = await docker.CreateContainerAsync(container, Uninterrupted);
        cancellationToken.ThrowIfCancellationRequested();
        await docker.StartAsync(id, cancellationToken);
        if (isConnected)
        {
            await docker.ConnectAsync(network.Id, id, cancellationToken);
            await docker.DisconnectAsync(first, id, cancellationToken);
        }

        return id;
    }

    /// <summary>Removes containers, networks and images of this run and of killed ones, and waits until Docker lists none.</summary>
    /// <returns>What there was, what could not be removed, and the ids of the containers' endpoints.</returns>
    /// <exception cref="DockerException">Docker does not answer, or refuses.</exception>
    public async Task<(Removal Removal, IReadOnlyList<string> Endpoints)> RemoveAsync(CancellationToken cancellationToken)
    {
        List<string> removed = [], endpoints = [];
        foreach (var container in await docker.ContainersAsync(Label, cancellationToken))
        {
            endpoints.AddRange((await docker.FactsAsync(container.Id!, cancellationToken))?.Endpoints
                .Select(endpoint => endpoint.EndpointId) ?? []);
            await docker.EndContainerAsync(container.Id!, cancellationToken);
            removed.Add($"container {container.Name}");
        }

        if (!await AreContainersGoneAsync(cancellationToken))
            return (new Removal(removed, [$"Docker still lists containers of cnm-cni test. Remove them: {RemoveCommand}."]), endpoints);

        foreach (var network in await docker.NetworksAsync(Label, cancellationToken))
        {
            await docker.RemoveNetworkAsync(network.Id, cancellationToken);
            removed.Add($"Docker network {network.Name}");
        }

        foreach (var image in await docker.ImagesAsync(Label, cancellationToken))
        {
            await docker.RemoveImageAsync(image, cancellationToken);
            removed.Add($"image {image}");
        }

        var problem = await IsGoneAsync(async () => (await docker.ImagesAsync(Label, cancellationToken)).Count == 0, cancellationToken)
            ? Array.Empty<string>()
            : [$"Docker still lists an image of cnm-cni test. Remove it: docker image prune --filter label={Label}."];
        return (new Removal(removed, problem), endpoints);
    }

    private const string RemoveCommand = $"docker rm --force $(docker ps --all --quiet --filter label={Label})";

    private async Task<bool> AreContainersGoneAsync(CancellationToken cancellationToken)
    {
        async Task<bool> NoneIsListedAsync() => (await docker.ContainersAsync(Label, cancellationToken)).Count == 0;
        if (await IsGoneAsync(NoneIsListedAsync, cancellationToken))
            return true;

        foreach (var container in await docker.ContainersAsync(Label, cancellationToken))
            await docker.RemoveContainerAsync(container.Id!, cancellationToken);

        return await IsGoneAsync(NoneIsListedAsync, cancellationToken);
    }

    private async Task<bool> IsGoneAsync(Func<Task<bool>> isGone, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        while (!await isGone())
        {
            if (timeProvider.GetElapsedTime(start) > Removing)
                return false;

            await Task.Delay(Pause, timeProvider, cancellationToken);
        }

        return true;
    }

    // Without a gateway, so that it takes no default route away. Containers leave it once they are on the tested one.
    private async Task<string> WaitingNetworkAsync(CancellationToken cancellationToken) =>
        (await docker.NetworksAsync(Label, cancellationToken)).Select(network => network.Id).FirstOrDefault()
        ?? await docker.CreateNetworkAsync(
            new NewNetwork(
                "cnm-cni-test", BridgeDriver, NoPairs, "default", NoPairs, new Dictionary<string, string> { [Label] = "true" }, [])
            {
                Internal = true,
            }, cancellationToken);

    private static IReadOnlyDictionary<string, string> NoPairs { get; } = new Dictionary<string, string>();
}
