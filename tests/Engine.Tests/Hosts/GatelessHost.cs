using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// CNI networks whose containers get no default route: <c>gateless</c> with portmap, also attached in the sandbox as <see cref="Direct"/> and with the chain's own
/// addresses as <see cref="NullIpam"/>; <c>mute</c> without portmap. And the stock chain.
/// </summary>
public sealed class GatelessHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        [CniNetworks.FileName] = CniNetworks.StockChain,
        ["30-gateless.conflist"] = Chain(Gateless, "cni3", "10.93.0.0/24", """, { "type": "portmap", "capabilities": { "portMappings": true }, "snat": true }"""),
        ["40-mute.conflist"] = Chain(Mute, "cni4", "10.94.0.0/24", ""),
    },
})
{
    public const string Gateless = "gateless";
    public const string NullIpam = "unreserved";
    public const string Direct = "direct";
    public const string Mute = "mute";

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await base.FurnishAsync(cancellationToken);
        await CreateNetworkAsync(["--ipam-driver", "cni", "--ipam-opt", $"cni.network={Gateless}", "--subnet", "10.93.0.0/24", "-o", $"cni.network={Gateless}", Gateless], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(Gateless), NullIpam], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(Gateless), "-o", "cni.attach=sandbox", Direct], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(Mute), Mute], cancellationToken);
        (await Host.DockerAsync(["network", "create", "--internal", InternalNetwork], cancellationToken)).EnsureSuccess();

        // What plugins and Docker make once and keep is there from now on.
        (await Host.DockerAsync(["run", "--rm", "--network", Mute, "bridge-test", "true"], cancellationToken)).EnsureSuccess();
        foreach (var network in new[] { "bridge", Network, Gateless })
        {
            (await Host.DockerAsync(["run", "--rm", "--network", network, "--publish", "80", "bridge-test", "true"], cancellationToken)).EnsureSuccess();
        }
    }

    private static string Chain(string name, string bridge, string subnet, string more) => $$"""
        {
          "cniVersion": "1.0.0",
          "name": "{{name}}",
          "plugins": [
            { "type": "bridge", "bridge": "{{bridge}}", "isGateway": true, "ipam": { "type": "host-local", "ranges": [[{ "subnet": "{{subnet}}" }]] } }{{more}}
          ]
        }
        """;
}
