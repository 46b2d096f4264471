using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// CNI networks by the handful, each with a Docker network: <c>pods</c> and <c>second</c>, whose addresses are reserved ahead,
/// <c>third</c>, whose plugins choose
/// when the container starts; <c>dual</c> has both families and <c>six</c> IPv6 alone. Docker prefers the gateways in the order of the
/// names. Host and neighbour have IPv6 addresses.
/// </summary>
public sealed class SeveralNetworksHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        [CniNetworks.FileName] = CniNetworks.StockChain,
        [CniNetworks.SecondFileName] = CniNetworks.SecondStockChain,
        ["30-third.conflist"] = Chain(Third, "cni3", """[{ "subnet": "10.93.0.0/24" }]"""),
        ["40-dual.conflist"] = Chain(Dual, "cni4", """[{ "subnet": "10.94.0.0/24" }], [{ "subnet": "fd00:94::/64" }]"""),
        ["50-six.conflist"] = Chain(Six, "cni5", """[{ "subnet": "fd00:95::/64" }]"""),
    },
})
{
    public const string First = Network;
    public const string Second = CniNetworks.SecondName;
    public const string Third = "third";
    public const string Dual = "dual";
    public const string Six = "six";
    public const string Gateway6 = "fd00:95::1";

    /// <summary>The host's address towards its neighbour.</summary>
    public const string Address6 = "fd00:200::1";

    /// <summary>A Docker network as <c>cnm-cni networks create</c> makes it.</summary>
    public async Task CreateAsync(string cniNetwork, string network, IEnumerable<string> options, CancellationToken cancellationToken)
    {
        var created = await Host.BridgeAsync(["networks", "create", cniNetwork, "--name", network, .. options], cancellationToken);
        if (!created.Succeeded)
            throw new InvalidOperationException($"{created}\n{Host.Logs}");
    }

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        // Else the local routes of the bridges' addresses come when the kernel has found no duplicates: some time after the first
        // container.
        (await Host.RunAsync(["sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad"], cancellationToken)).EnsureSuccess();
        (await Host.RunAsync(["ip", "address", "add", $"{Address6}/64", "dev", "uplink", "nodad"], cancellationToken)).EnsureSuccess();
        (await Host.RunAtNeighbourAsync(
            ["ip", "address", "add", "fd00:200::2/64", "dev", "uplink", "nodad"], cancellationToken)).EnsureSuccess();
        foreach (var network in new[] { First, Second, Dual, Six })
            await CreateAsync(network, network, [], cancellationToken);

        await CreateAsync(Third, Third, ["--ipam", "null"], cancellationToken);

        // What plugins and Docker make once and keep is there from now on.
        foreach (var network in new[] { "bridge", First, Second, Third, Dual, Six })
            (await Host.DockerAsync(
                ["run", "--rm", "--network", network, "--publish", "80", "bridge-test", "true"], cancellationToken)).EnsureSuccess();
    }

    private static string Chain(string name, string bridge, string ranges) => $$"""
        {
          "cniVersion": "1.0.0",
          "name": "{{name}}",
          "plugins": [
            {
              "type": "bridge",
              "bridge": "{{bridge}}",
              "isGateway": true,
              "isDefaultGateway": true,
              "ipMasq": true,
              "hairpinMode": true,
              "ipam": { "type": "host-local", "ranges": [{{ranges}}] }
            },
            { "type": "portmap", "capabilities": { "portMappings": true }, "snat": true },
            { "type": "firewall" }
          ]
        }
        """;
}
