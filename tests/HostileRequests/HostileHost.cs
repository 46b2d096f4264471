using System.Globalization;
using System.Net.Sockets;
using Bridge.TestHosts;

namespace Bridge.HostileRequests;

/// <summary>A test host with the published program, without an engine: stock plugins where there are some, and one CNI network.</summary>
internal sealed class HostileHost : IAsyncDisposable
{
    public const string Subnet = "10.88.0.0/16";

    private const string SocketPath = "/run/docker/plugins/cni.sock";

    private readonly TestHost _host;

    private HostileHost(TestHost host) => _host = host;

    public bool IsAlive => _host.Bridge.IsRunning;

    public string Log => _host.Bridge.Log;

    public string ProcPath => _host.PathOf($"/proc/{_host.Bridge.Pid}");

    public static async Task<HostileHost> StartAsync(CancellationToken cancellationToken)
    {
        var host = await TestHost.StartAsync(
            new TestHostOptions
            {
                StartEngine = false,
                CniNetworks = new Dictionary<string, string> { ["10-pods.conflist"] = Conflist },
                BridgeSettings = "log: {level: error}",
            },
            cancellationToken);
        return new HostileHost(host);
    }

    public Task StartBridgeAsync(CancellationToken cancellationToken) => _host.Bridge.StartAsync(cancellationToken);

    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(_host.PathOf(SocketPath)), cancellationToken);
                return socket;
            }
            catch (SocketException full) when (full.SocketErrorCode == SocketError.WouldBlock)
            {
                socket.Dispose();
                await Task.Yield(); // The kernel queues so many and no more until they are accepted.
            }
        }
    }

    /// <returns>What the host holds: links, namespaces, rules, addresses in use, files of its runtimes.</returns>
    public async Task<IReadOnlyList<string>> ChangesSinceAsync(TestHosts.Census.HostCensus census, CancellationToken cancellationToken) =>
        await _host.ChangesSinceAsync(census, TimeSpan.FromSeconds(20), cancellationToken);

    public Task<TestHosts.Census.HostCensus> CensusAsync(CancellationToken cancellationToken) => _host.CensusAsync(cancellationToken);

    public async Task<string> OutputAsync(IEnumerable<string> command, CancellationToken cancellationToken) =>
        (await _host.RunAsync(command, cancellationToken)).StandardOutput;

    /// <summary>Runs until the process that is traced ends, or the token says so.</summary>
    public Task TraceAsync(string file, string calls, CancellationToken cancellationToken) => _host.RunAsync(
        ["strace", "-f", "-qq", "-s", "200", "-e", $"trace={calls}", "-o", file, "-p",
            _host.Bridge.Pid.ToString(CultureInfo.InvariantCulture)], cancellationToken);

    /// <summary>The ids of what the daemon remembers: <c>networks</c>, <c>attachments</c> or <c>reservations</c>.</summary>
    public IReadOnlyList<string> Remembered(string kind) =>
        [.. Directory.GetFiles(_host.PathOf(kind == "networks" ? "/var/lib/cnm-cni/networks" : $"/run/cnm-cni/records/{kind}"), "*.json")
            .Select(file => Path.GetFileNameWithoutExtension(file))];

    public string PathOf(string pathInHost) => _host.PathOf(pathInHost);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private const string Conflist = $$"""
        {
          "cniVersion": "1.0.0", "name": "pods", "plugins": [
            { "type": "bridge", "bridge": "cni-pods", "isGateway": true, "capabilities": { "mac": true, "ips": true, "dns": true },
              "ipam": { "type": "host-local", "ranges": [[{ "subnet": "{{Subnet}}" }]], "routes": [{ "dst": "0.0.0.0/0" }] } },
            { "type": "portmap", "capabilities": { "portMappings": true } },
            { "type": "bandwidth", "capabilities": { "bandwidth": true } }
          ]
        }
        """;
}
