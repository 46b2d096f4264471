using System.Globalization;
using System.Text.Json.Nodes;
using Bridge.TestHosts;

namespace Bridge.Benchmarks.Stage;

/// <summary>
/// A host with cnm-cni alone: no dockerd, no containerd. A thousand attachments share a bridge, because the kernel allows it 1,023 ports;
/// the next thousand have another CNI network. Each is real but for its process: a veth, an address, a record. Docker is simulated, and
/// knows them all, so that repair compares as on a sound host.
/// </summary>
internal sealed class ScaleHost : IAsyncDisposable
{
    /// <summary>Attachments on one bridge.</summary>
    public const int PerNetwork = 1000;

    private const string DockerSocket = "/run/simulated-docker.sock";

    // Passes run when they are asked for.
    private const string Settings = $"dockerSocket: {DockerSocket}\nlog: {{ format: json }}\nrepair: {{ interval: 24h }}\n";

    private readonly SimulatedDocker _docker;
    private int _count;

    private ScaleHost(TestHost host, SimulatedDocker docker)
    {
        Host = host;
        _docker = docker;
    }

    public TestHost Host { get; }

    public static async Task<ScaleHost> StartAsync(int most, CancellationToken cancellationToken)
    {
        var networks = Enumerable.Range(0, Math.Max(1, (most + PerNetwork - 1) / PerNetwork));
        var host = await TestHost.StartAsync(
            new TestHostOptions
            {
                StartEngine = false,
                BridgeSettings = Settings,
                CniNetworks = networks.ToDictionary(number => $"{NameOf(number)}.conflist", Chain),
            },
            cancellationToken);
        var docker = new SimulatedDocker(host.PathOf(DockerSocket));
        try
        {
            await host.Bridge.StartAsync(cancellationToken);
            foreach (var number in networks)
                await CreateNetworkAsync(host, docker, number, cancellationToken);

            return new ScaleHost(host, docker);
        }
        catch
        {
            docker.Dispose();
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds what is missing to <paramref name="count"/>.</summary>
    public async Task GrowAsync(int count, CancellationToken cancellationToken)
    {
        if (count <= _count)
            return;

        await AttachingCalls.GrowAsync(
            Host, _count, count,
            async (calls, number, token) =>
            {
                var network = number / PerNetwork;
                var address = await calls.AttachAsync(IdOf(network), PoolOf(network), number, token);
                _docker.AddContainer(IdOf(network), AttachingCalls.EndpointOf(number), AttachingCalls.NetnsOf(number), address);
            },
            cancellationToken);
        _count = count;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _docker.Dispose();
    }

    private static string NameOf(int network) => string.Create(CultureInfo.InvariantCulture, $"scale{network}");

    private static string IdOf(int network) => (network + 1).ToString("x64", CultureInfo.InvariantCulture);

    private static string SubnetOf(int network) => string.Create(CultureInfo.InvariantCulture, $"10.{100 + network}.0.0/20");

    private static string GatewayOf(int network) => string.Create(CultureInfo.InvariantCulture, $"10.{100 + network}.0.1");

    private static string PoolOf(int network) => $"{NameOf(network)}/{SubnetOf(network)}";

    private static async Task CreateNetworkAsync(TestHost host, SimulatedDocker docker, int number, CancellationToken cancellationToken)
    {
        using var client = host.AsDocker();
        await new AttachingCalls(client).CallAsync("NetworkDriver.CreateNetwork", new JsonObject
        {
            ["NetworkID"] = IdOf(number),
            ["Options"] = new JsonObject
            {
                ["com.docker.network.generic"] = new JsonObject { ["cni.network"] = NameOf(number), ["cni.attach"] = "sandbox" },
            },
            ["IPv4Data"] = new JsonArray(new JsonObject
            {
                ["AddressSpace"] = "cni", ["Pool"] = SubnetOf(number), ["Gateway"] = $"{GatewayOf(number)}/20",
            }),
        }, cancellationToken);
        docker.AddNetwork(IdOf(number), NameOf(number), SubnetOf(number), GatewayOf(number));
    }

    // Without rules of the firewall, as in Chains.
    private static string Chain(int number) => $$"""
        { "cniVersion": "1.0.0", "name": "{{NameOf(number)}}", "plugins": [
            { "type": "bridge", "bridge": "cni-{{NameOf(number)}}", "isGateway": true, "isDefaultGateway": true,
              "ipam": { "type": "host-local", "ranges": [[{ "subnet": "{{SubnetOf(number)}}" }]] } }] }
        """;
}
