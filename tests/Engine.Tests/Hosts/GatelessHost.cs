using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// CNI networks whose containers get no default route: <c>gateless</c> with portmap, also attached in the sandbox as <see cref="Direct"/>
/// and with the chain's own addresses as <see cref="NullIpam"/>; <c>dual</c> and <c>six</c>, the same with both families and with IPv6
/// alone; <c>mute</c> without portmap. And the stock chain.
/// </summary>
public sealed class GatelessHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        [CniNetworks.FileName] = CniNetworks.StockChain,
        ["30-gateless.conflist"] = Chain(Gateless, "cni3", Portmap, "10.93.0.0/24"),
        ["40-mute.conflist"] = Chain(Mute, "cni4", "", "10.94.0.0/24"),
        ["50-dual.conflist"] = Chain(Dual, "cni5", Portmap, "10.95.0.0/24", "fd00:95::/64"),
        ["60-six.conflist"] = Chain(Six, "cni6", Portmap, "fd00:96::/64"),
    },
})
{
    public const string Gateless = "gateless";
    public const string NullIpam = "unreserved";
    public const string Direct = "direct";
    public const string Mute = "mute";
    public const string Dual = "dual";
    public const string Six = "six";

    /// <summary>The host's addresses on <see cref="Dual"/> and <see cref="Six"/>.</summary>
    public const string DualGateway = "10.95.0.1";
    public const string DualGateway6 = "fd00:95::1";
    public const string SixGateway = "fd00:96::1";

    private const string Portmap = """, { "type": "portmap", "capabilities": { "portMappings": true }, "snat": true }""";

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await base.FurnishAsync(cancellationToken);
        await CreateNetworkAsync(
            ["--ipam-driver", "cni", "--ipam-opt", $"cni.network={Gateless}", "--subnet", "10.93.0.0/24", "-o", $"cni.network={Gateless}",
                Gateless], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(Gateless), NullIpam], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(Gateless), "-o", "cni.attach=sandbox", Direct], cancellationToken);
        foreach (var network in new[] { Mute, Dual, Six })
            await CreateNetworkAsync([.. WithNullIpam(network), network], cancellationToken);

        (await Host.DockerAsync(["network", "create", "--internal", InternalNetwork], cancellationToken)).EnsureSuccess();

        // What plugins and Docker make once and keep is there from now on.
        (await Host.DockerAsync(["run", "--rm", "--network", Mute, "bridge-test", "true"], cancellationToken)).EnsureSuccess();
        foreach (var network in new[] { "bridge", Network, Gateless, Dual, Six })
            (await Host.DockerAsync(
                ["run", "--rm", "--network", network, "--publish", "80", "bridge-test", "true"], cancellationToken)).EnsureSuccess();
    }

    private static string Chain(string name, string bridge, string more, params IEnumerable<string> subnets) => $$"""
        {
          "cniVersion": "1.0.0",
          "name": "{{name}}",
          "plugins": [
            { "type": "bridge", "bridge": "{{bridge}}", "isGateway": true, "ipam": { "type": "host-local", "ranges": [{{string.Join(", ",
              subnets.Select(subnet => $$"""[{ "subnet": "{{subnet}}" }]"""))}}] } }{{more}}
          ]
        }
        """;
}
