using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// Two hosts in one swarm, each with a subnet of its own for the CNI network of one name, and routes to that of the other. The scripts of
/// samples/swarm have made the network of the swarm.
/// </summary>
public sealed class SwarmHost : IAsyncLifetime
{
    public const string Network = "pods-swarm";

    /// <summary>A node by its number, from 1.</summary>
    public static string AddressOf(int node) => $"10.201.0.{node}";

    /// <summary>What the addresses of a node's tasks begin with.</summary>
    public static string PrefixOf(int node) => $"10.90.{node}.";

    /// <summary>Why there are no hosts on this machine; null when there are.</summary>
    public string? MissingRequirement { get; } = HostRequirements.Missing();

    /// <summary>The first is the manager.</summary>
    public IReadOnlyList<TestHost> Nodes { get; private set; } = [];

    public TestHost Manager => Nodes[0];

    /// <summary>The test image's id: an image without a name is not asked of a registry.</summary>
    public string Image { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (MissingRequirement is not null)
            return;

        CnmCniBinary.Require();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(240));
        Nodes = await Task.WhenAll(Enumerable.Range(1, 2).Select(node => TestHost.StartAsync(Options(node), deadline.Token)));
        await Manager.ConnectAsync(Nodes[1], $"{AddressOf(1)}/24", $"{AddressOf(2)}/24", deadline.Token);
        await Task.WhenAll(PrepareAsync(1, deadline.Token), PrepareAsync(2, deadline.Token));
        await JoinAsync(deadline.Token);
        (await Manager.SampleAsync("samples/swarm/network.sh", [Network], deadline.Token)).EnsureSuccess();
        Image = await ShareImageAsync(deadline.Token);
    }

    // Each host has made an image of its own, with another id.
    private async Task<string> ShareImageAsync(CancellationToken cancellationToken)
    {
        const string Archive = "/run/image.tar";
        await OutputAsync(Manager, ["save", "--output", Archive, "bridge-test"], cancellationToken);
        File.Copy(Manager.PathOf(Archive), Nodes[1].PathOf(Archive));
        await OutputAsync(Nodes[1], ["load", "--input", Archive], cancellationToken);
        return await OutputAsync(Manager, ["images", "--quiet", "--no-trunc", "bridge-test"], cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
    }

    private static TestHostOptions Options(int node) => new()
    {
        SharedMounts = true,
        CniNetworks = new Dictionary<string, string> { [CniNetworks.FileName] = $$"""
            {
              "cniVersion": "1.0.0",
              "name": "{{CniNetworks.Name}}",
              "plugins": [
                {
                  "type": "bridge",
                  "bridge": "cni0",
                  "isDefaultGateway": true,
                  "ipam": { "type": "host-local", "ranges": [[{ "subnet": "{{PrefixOf(node)}}0/24" }]] }
                },
                { "type": "portmap", "capabilities": { "portMappings": true } }
              ]
            }
            """ },
    };

    private async Task PrepareAsync(int node, CancellationToken cancellationToken)
    {
        var (host, other) = (Nodes[node - 1], 3 - node);
        await ShellAsync(host, $"ip route add {PrefixOf(other)}0/24 via {AddressOf(other)}; iptables -P FORWARD ACCEPT", cancellationToken);
        var plugin = await host.MakePluginAsync(cancellationToken);
        (await host.SampleAsync(
            "samples/swarm/node.sh", [plugin, CniNetworks.Name, $"{PrefixOf(node)}0/24", $"{PrefixOf(node)}1", Network],
            cancellationToken)).EnsureSuccess();
        await host.UsePluginAsync(cancellationToken);
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        await OutputAsync(Manager, ["swarm", "init", "--advertise-addr", AddressOf(1), "--listen-addr", AddressOf(1)], cancellationToken);
        var token = await OutputAsync(Manager, ["swarm", "join-token", "--quiet", "worker"], cancellationToken);
        await OutputAsync(
            Nodes[1], ["swarm", "join", "--token", token, "--advertise-addr", AddressOf(2), $"{AddressOf(1)}:2377"], cancellationToken);
    }

    private static async Task<string> OutputAsync(TestHost host, string[] docker, CancellationToken cancellationToken)
    {
        var result = await host.DockerAsync(docker, cancellationToken);
        return result.Succeeded ? result.Output : throw new InvalidOperationException($"{result}\n{host.Logs}");
    }

    private static async Task ShellAsync(TestHost host, string script, CancellationToken cancellationToken) =>
        (await host.RunAsync(["sh", "-c", script], cancellationToken)).EnsureSuccess();
}
