using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// The stock chain; a small network, whose addresses are soon used up; and one of a plugin that exists on this host alone, which answers
/// VERSION and is never run otherwise.
/// </summary>
public sealed class DoctorHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        [CniNetworks.FileName] = CniNetworks.StockChain,
        ["20-small.conflist"] = $$"""
            { "cniVersion": "1.0.0", "name": "{{Small}}", "plugins": [
              { "type": "bridge", "bridge": "{{SmallBridge}}", "isGateway": true, "ipMasq": true, "mtu": 1450,
                "ipam": { "type": "host-local", "subnet": "10.91.0.0/28", "routes": [{ "dst": "0.0.0.0/0" }] } } ] }
            """,
        ["30-own.conflist"] = """{ "cniVersion": "1.0.0", "name": "own", "plugins": [ { "type": "own" } ] }""",
    },
    CniPlugins = new Dictionary<string, string>
    {
        ["own"] = """
            #!/bin/sh
            [ "$CNI_COMMAND" = VERSION ] || exit 1
            echo '{ "cniVersion": "1.0.0", "supportedVersions": ["1.0.0"] }'

            """,
    },
})
{
    public const string Small = "small";
    public const string SmallBridge = "cni1";

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await CreateNetworkAsync([.. Reserved, Network], cancellationToken);
        await CreateNetworkAsync(
            ["--ipam-driver", "cni", "--ipam-opt", $"cni.network={Small}", "--subnet", "10.91.0.0/28", "--gateway", "10.91.0.1", Small],
            cancellationToken);
    }
}
