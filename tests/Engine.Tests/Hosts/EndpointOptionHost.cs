using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// A dual-stack chain that takes every request option, with a last plugin that records its input; a second CNI network that takes none.
/// Host and neighbour have IPv6 addresses.
/// </summary>
public sealed class EndpointOptionHost() : EngineHost(new TestHostOptions
{
    CniNetworks =
        new Dictionary<string, string> { [CniNetworks.FileName] = Chain, [CniNetworks.SecondFileName] = CniNetworks.SecondStockChain },
    CniPlugins = new Dictionary<string, string> { ["recorder"] = Script },
})
{
    public const string Address6 = "fd00:200::1";
    public const string Subnet6 = "fd00:90::/64";
    public const string Gateway6 = "fd00:90::1";

    /// <summary>On a CNI network whose plugins have no capabilities but portMappings.</summary>
    public const string PlainNetwork = "plain";

    private const string Records = "/run/bridge-test/recorded";

    private const string Chain = $$"""
        {
          "cniVersion": "1.0.0",
          "name": "{{CniNetworks.Name}}",
          "plugins": [
            {
              "type": "bridge",
              "bridge": "cni0",
              "isGateway": true,
              "isDefaultGateway": true,
              "ipMasq": true,
              "hairpinMode": true,
              "capabilities": { "ips": true, "mac": true },
              "ipam": { "type": "host-local", "ranges": [[{ "subnet": "{{CniNetworks.Subnet}}" }], [{ "subnet": "{{Subnet6}}" }]] }
            },
            { "type": "portmap", "capabilities": { "portMappings": true }, "snat": true },
            { "type": "firewall" },
            { "type": "bandwidth", "capabilities": { "bandwidth": true } },
            { "type": "recorder", "capabilities": { "bandwidth": true, "dns": true, "ips": true, "mac": true } }
          ]
        }
        """;

    // What is left to do is what `tuning` without settings does: nothing.
    private const string Script = $"""
        #!/bin/sh
        mkdir -p {Records}
        input=$(cat)
        printf %s "$input" > {Records}/$CNI_COMMAND.json
        printf %s "$CNI_ARGS" > {Records}/$CNI_COMMAND.args
        for directory in /opt/cni/bin /usr/lib/cni; do
            [ -x $directory/tuning ] && printf %s "$input" | exec $directory/tuning
        done
        """;

    /// <summary>CNI_ARGS of the last run of an operation.</summary>
    public string ArgumentsOf(string operation) => File.ReadAllText(Host.PathOf($"{Records}/{operation}.args"));

    /// <summary>The plugin configuration of the last run of an operation.</summary>
    public string ConfigurationOf(string operation) => File.ReadAllText(Host.PathOf($"{Records}/{operation}.json"));

    protected override IReadOnlyList<string> Ipam => Unreserved;

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        (await Host.RunAsync(["ip", "address", "add", $"{Address6}/64", "dev", "uplink", "nodad"], cancellationToken)).EnsureSuccess();
        (await Host.RunAtNeighbourAsync(
            ["ip", "address", "add", "fd00:200::2/64", "dev", "uplink", "nodad"], cancellationToken)).EnsureSuccess();
        await base.FurnishAsync(cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(CniNetworks.SecondName), PlainNetwork], cancellationToken);
    }
}
