using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// Three CNI networks of the stock chain with bandwidth, each with a bridge of its own: dual-stack with addresses that are reserved ahead;
/// with addresses that the chain chooses; and with rules of nftables, where the plugins are new enough. From Docker 28 on one more Docker
/// network of the second is attached in the sandbox. And one of ptp, whose containers have no bridge.
/// </summary>
public sealed class ReloadHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        [CniNetworks.FileName] = Chain(
            CniNetworks.Name, "cni0", $"[{{ \"subnet\": \"{CniNetworks.Subnet}\" }}], [{{ \"subnet\": \"fd00:90::/64\" }}]"),
        [CniNetworks.SecondFileName] = Chain(CniNetworks.SecondName, "cni1", "[{ \"subnet\": \"10.91.0.0/24\" }]"),
        [CniNetworks.ThirdFileName] = Chain(CniNetworks.ThirdName, "cni2", "[{ \"subnet\": \"10.92.0.0/24\" }]")
            .Replace("\"ipMasq\": true", "\"ipMasq\": true, \"ipMasqBackend\": \"nftables\"", StringComparison.Ordinal)
            .Replace("\"snat\": true", "\"snat\": true, \"backend\": \"nftables\"", StringComparison.Ordinal),
        ["40-fourth.conflist"] = $$"""
            {
              "cniVersion": "1.0.0",
              "name": "{{PointToPoint}}",
              "plugins": [
                {
                  "type": "ptp",
                  "ipMasq": true,
                  "ipam": {
                    "type": "host-local",
                    "ranges": [[{ "subnet": "10.93.0.0/24" }]],
                    "routes": [{ "dst": "0.0.0.0/0" }]
                  }
                },
                { "type": "portmap", "capabilities": { "portMappings": true } },
                { "type": "firewall" }
              ]
            }
            """,
    },
    BridgeSettings = Settings,
})
{
    public const string Settings = "repair: { interval: 2s, orphanGrace: 1s, retryFirst: 500ms }\n";
    public const string Chosen = "second";
    public const string Nftables = "third";
    public const string Inside = "inside";
    public const string PointToPoint = "fourth";

    private static readonly string[] Limits = ["-o", "cni.bandwidth.ingress=500mbit", "-o", "cni.bandwidth.egress=500mbit"];

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await CreateNetworkAsync(
            ["--ipv6", "--ipam-driver", "cni", "--ipam-opt", $"cni.network={CniNetworks.Name}", "--subnet", CniNetworks.Subnet, "--gateway",
                CniNetworks.Gateway, "--subnet", "fd00:90::/64", "--gateway", "fd00:90::1", .. Limits, Network], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(CniNetworks.SecondName), .. Limits, Chosen], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(CniNetworks.ThirdName), .. Limits, Nftables], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(PointToPoint), PointToPoint], cancellationToken);
        await CreateNetworkAsync(
            [.. WithNullIpam(CniNetworks.SecondName), "-o", "cni.attach=sandbox", .. Limits, Inside], cancellationToken);
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
              "mtu": 1450,
              "ipam": { "type": "host-local", "ranges": [{{ranges}}] }
            },
            { "type": "portmap", "capabilities": { "portMappings": true }, "snat": true },
            { "type": "firewall" },
            { "type": "bandwidth", "capabilities": { "bandwidth": true } }
          ]
        }
        """;
}
