using Bridge.TestHosts.Census;

namespace Bridge.TestHosts.Racks;

/// <summary>Several hosts on one switch, each with Docker, pods, cnm-cni and a range of its own out of one cluster's range.</summary>
public sealed class Rack : IAsyncDisposable
{
    private const int PrefixLength = 24;

    private readonly RackSwitch _switch;

    private Rack(RackSwitch @switch, IReadOnlyList<Node> nodes, Backend backend) =>
        (_switch, Nodes, Flannel) = (@switch, nodes, new FlannelStandIn(backend));

    /// <summary>All hosts, also those that have left the cluster.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    public FlannelStandIn Flannel { get; }

    /// <summary>The daemons' logs, for the report of a failure.</summary>
    public string Logs => string.Concat(Nodes.Select(node => $"=== {node} ===\n{node.Host.Logs}"));

    /// <summary>The hosts are on the switch, and no member of the cluster yet.</summary>
    /// <param name="count">How many.</param>
    /// <param name="backend">How they are connected.</param>
    /// <param name="settings">cnm-cni's settings; null: none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<Rack> StartAsync(int count, Backend backend, string? settings, CancellationToken cancellationToken)
    {
        var @switch = await RackSwitch.StartAsync(cancellationToken);
        var starts = Enumerable.Range(1, count).Select(number => StartNodeAsync(number, backend, settings, cancellationToken)).ToArray();
        try
        {
            var rack = new Rack(@switch, await Task.WhenAll(starts), backend);
            foreach (var node in rack.Nodes)
                await rack.PlugAsync(node, cancellationToken);

            return rack;
        }
        catch
        {
            foreach (var start in starts.Where(start => start.IsCompletedSuccessfully))
                await (await start).Host.DisposeAsync();

            await @switch.DisposeAsync();
            throw;
        }
    }

    /// <summary>Every host is a member of the cluster, and has a Docker network on its CNI network.</summary>
    public async Task JoinAllAsync(CancellationToken cancellationToken)
    {
        foreach (var node in Nodes)
            await Flannel.JoinAsync(node, cancellationToken);

        await Task.WhenAll(Nodes.Select(node => node.CreateNetworkAsync(cancellationToken)));
    }

    /// <summary>Starts everything on every node; on the last one twice.</summary>
    /// <returns>
    /// The last node's state between the two times, without a Docker network: what plugins make once and keep is there, and nothing else.
    /// </returns>
    public async Task<HostCensus> RunAllAsync(CancellationToken cancellationToken)
    {
        var census = EmptiedAsync(Nodes[^1], cancellationToken);
        await Task.WhenAll([census, .. Nodes.SkipLast(1).Select(node => node.RunAllAsync(cancellationToken))]);
        await Nodes[^1].RunAllAsync(cancellationToken);
        return await census;
    }

    private static async Task<HostCensus> EmptiedAsync(Node node, CancellationToken cancellationToken)
    {
        await node.RunAllAsync(cancellationToken);
        await node.DrainAsync(cancellationToken);
        var census = await node.Host.CensusAsync(cancellationToken);
        await node.CreateNetworkAsync(cancellationToken);
        return census;
    }

    /// <summary>Where one can try to reach others, of all members.</summary>
    public async Task<IReadOnlyList<Station>> StationsAsync(CancellationToken cancellationToken) =>
        [.. (await Task.WhenAll(Flannel.Members.Select(node => node.StationsAsync(cancellationToken)))).SelectMany(stations => stations)];

    /// <summary>
    /// After a power cut, in the order of a real node: daemons with their containers come first, flanneld later, the kubelet's pods last.
    /// </summary>
    public async Task BootAsync(Node node, CancellationToken cancellationToken)
    {
        await PlugAsync(node, cancellationToken);
        await node.Host.Containerd.StartAsync(cancellationToken);
        await node.Host.Bridge.StartAsync(cancellationToken);
        await node.Host.Dockerd.StartAsync(cancellationToken);
        await Flannel.StartAsync(node, cancellationToken);
        await node.RunPodAsync(cancellationToken);
    }

    /// <summary>The host is no member any more, and its cable is taken away.</summary>
    public async Task RemoveAsync(Node node, CancellationToken cancellationToken)
    {
        await Flannel.LeaveAsync(node, cancellationToken);
        await _switch.UnplugAsync(node.Number, cancellationToken);
    }

    /// <summary>A host that has left is a member again, with everything that runs on it.</summary>
    public async Task AddAsync(Node node, CancellationToken cancellationToken)
    {
        await PlugAsync(node, cancellationToken);
        await Flannel.JoinAsync(node, cancellationToken);
        await node.CreateNetworkAsync(cancellationToken);
        await node.RunAllAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Nodes.Select(node => node.Host.DisposeAsync().AsTask()));
        await _switch.DisposeAsync();
    }

    private Task PlugAsync(Node node, CancellationToken cancellationToken) =>
        _switch.PlugAsync(node.Host, node.Number, $"{node.Address}/{PrefixLength}", cancellationToken);

    private static async Task<Node> StartNodeAsync(int number, Backend backend, string? settings, CancellationToken cancellationToken)
    {
        var host = await TestHost.StartAsync(
            new TestHostOptions
            {
                CniNetworks = new Dictionary<string, string> { [ClusterNetwork.FileName] = ClusterNetwork.ConflistOf(number, backend) },
                BridgeSettings = settings,
                StartBridge = true,
            },
            cancellationToken);
        if (ClusterNetwork.FlannelPlugin is { } plugin)
        {
            // containerd looks for plugins in one directory, which it shares with the machine.
            File.Copy(plugin, host.PathOf("/opt/cni/bin/flannel"), overwrite: true);
            await host.ShellAsync("mount -t overlay plugins -o lowerdir=/opt/cni/bin:/usr/lib/cni /usr/lib/cni", cancellationToken);
        }

        return new Node(number, host);
    }
}
