using Bridge.TestHosts.Pods;

namespace Bridge.TestHosts.Racks;

/// <summary>A host of a rack, with what runs on it.</summary>
public sealed class Node
{
    /// <summary>Both containers restart always: they are there again after a power cut.</summary>
    public static IReadOnlyList<string> Containers { get; } = ["web", "worker"];

    /// <summary>Of `web`, on every node.</summary>
    public const int PublishedPort = 8080;

    private static readonly string[] WebServer = ["httpd", "-f", "-p", "80", "-h", "/www"];

    private Pod? _pod;

    internal Node(int number, TestHost host) => (Number, Host) = (number, host);

    /// <summary>From 1; its range and its address follow from it.</summary>
    public int Number { get; }

    public TestHost Host { get; }

    public string Address => ClusterNetwork.AddressOf(Number);

    public override string ToString() => $"host {Number}";

    /// <returns>What docker printed.</returns>
    public async Task<string> DockerAsync(CancellationToken cancellationToken, params IEnumerable<string> arguments)
    {
        var result = await Host.DockerAsync(arguments, cancellationToken);
        return result.Succeeded ? result.Output : throw new InvalidOperationException($"{this}: {result}\n{Host.Logs}");
    }

    /// <summary>Of its Docker network, for <c>cnm-cni networks create</c>.</summary>
    public IReadOnlyList<string> NetworkOptions { get; set; } = [];

    public Task CreateNetworkAsync(CancellationToken cancellationToken) =>
        BridgeAsync(cancellationToken, ["networks", "create", .. NetworkOptions, ClusterNetwork.Name]);

    /// <returns>What cnm-cni printed.</returns>
    public async Task<string> BridgeAsync(CancellationToken cancellationToken, params IEnumerable<string> arguments) =>
        (await Host.BridgeAsync(arguments, cancellationToken)).EnsureSuccess().Output;

    /// <summary>Two containers and a pod, all web servers.</summary>
    public async Task RunAllAsync(CancellationToken cancellationToken)
    {
        await RunContainerAsync("web", cancellationToken, "--publish", $"{PublishedPort}:80");
        await RunContainerAsync("worker", cancellationToken);
        await RunPodAsync(cancellationToken);
    }

    public Task RunContainerAsync(string name, CancellationToken cancellationToken, params string[] options) => DockerAsync(
        cancellationToken,
        ["run", "--detach", "--restart", "always", "--name", name, "--network", ClusterNetwork.Name, .. options,
            "bridge-test", .. WebServer]);

    /// <summary>As a kubelet does after a boot: what is left of earlier pods is removed, and a new one runs.</summary>
    public async Task RunPodAsync(CancellationToken cancellationToken)
    {
        await Host.Pods.RemoveAllAsync(cancellationToken);
        _pod = await Host.Pods.RunAsync("pod", WebServer, cancellationToken);
    }

    /// <summary>What an operator does before a host leaves: nothing runs on it any more, and its Docker network is gone.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        await DockerAsync(cancellationToken, ["rm", "--force", .. Containers]);
        await Host.Pods.RemoveAllAsync(cancellationToken);
        _pod = null;
        await BridgeAsync(cancellationToken, "settle");
        await DockerAsync(cancellationToken, "network", "rm", ClusterNetwork.Name);
    }

    /// <summary>
    /// Waits until all containers run, `cnm-cni status` finds nothing wrong, and the CNI network's store has exactly the addresses of those
    /// and of the pod.
    /// </summary>
    /// <returns>What is not so within a minute.</returns>
    public async Task<IReadOnlyList<string>> WaitUntilWellAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> problems = [];
        await Eventually.IsTrueAsync(async token => (problems = await ProblemsAsync(token)).Count == 0, cancellationToken);
        return problems;
    }

    private async Task<IReadOnlyList<string>> ProblemsAsync(CancellationToken cancellationToken)
    {
        var running = (await DockerAsync(cancellationToken, "ps", "--format", "{{.Names}}")).Split('\n');
        if (Containers.Except(running).ToArray() is { Length: > 0 } down)
            return [.. down.Select(container => $"{container} does not run")];

        if (await Host.BridgeAsync(["status", "--exit-code"], cancellationToken) is { Succeeded: false } status)
            return [status.Output];

        // flannel's plugin keeps a file for each attachment.
        if (ClusterNetwork.FlannelPlugin is not null && Directory.GetFiles(Host.PathOf("/var/lib/cni/flannel")) is var kept
            && kept.Length != Containers.Count + (_pod is null ? 0 : 1))
        {
            return [$"{kept.Length} files of flannel's plugin"];
        }

        var addresses = (await StationsAsync(cancellationToken)).Select(station => station.Address).Order().ToArray();
        return ReservedAddresses().SequenceEqual(addresses)
            ? []
            : [$"reserved: {string.Join(' ', ReservedAddresses())}; used: {string.Join(' ', addresses)}"];
    }

    /// <summary>Where one can try to reach others, and be reached.</summary>
    public async Task<IReadOnlyList<Station>> StationsAsync(CancellationToken cancellationToken)
    {
        var stations = new List<Station>();
        foreach (var container in Containers)
        {
            var address = await DockerAsync(
                cancellationToken, "inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", container);
            stations.Add(new(this, container, address, await Host.FromContainerAsync(container, cancellationToken)));
        }

        if (_pod is { } pod)
            stations.Add(new(this, "pod", pod.Ip, await Host.FromPodAsync(pod, cancellationToken)));

        return stations;
    }

    /// <summary>The addresses that the CNI network's store has on this host's disk.</summary>
    public IReadOnlyList<string> ReservedAddresses() =>
        [.. Directory.GetFiles(Host.PathOf($"/var/lib/cni/networks/{ClusterNetwork.Name}"), "10.*").Select(Path.GetFileName).Order()!];
}
