using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// Chains whose DEL has a pitfall: <c>two</c> masquerades two IPv4 addresses of one container, <c>inside</c> begins with the loopback
/// plugin and is attached in the sandbox, <c>mesh</c> ends with a script that makes rules in the container's namespace, and the others with
/// one that takes the link away or renames it: in an ADD that fails, in an ADD that succeeds, in DEL.
/// </summary>
public sealed class CleanupHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        ["10-two.conflist"] =
            Masquerading(Two, bridge: "cni0", first: "", """[{ "subnet": "10.93.0.0/24" }], [{ "subnet": "10.93.5.0/24" }]"""),
        ["20-inside.conflist"] =
            Masquerading(Inside, bridge: "cni1", first: """{ "type": "loopback" },""", """[{ "subnet": "10.94.0.0/24" }]"""),
        ["30-mesh.conflist"] =
            Masquerading(Mesh, bridge: "cni2", first: "", """[{ "subnet": "10.95.0.0/24" }]""").Replace(
                "\"firewall\"", "\"mesh\"", StringComparison.Ordinal),
        ["40-fails.conflist"] = Taking("fails", "10.96.0"),
        ["45-renames.conflist"] = Taking("renames", "10.99.0"),
        ["50-adds.conflist"] = Taking("adds", "10.97.0"),
        ["60-deletes.conflist"] = Taking("deletes", "10.98.0"),
    },
    CniPlugins = new Dictionary<string, string> { ["mesh"] = Script, ["taker"] = Taker },
    BridgeSettings = "repair: { interval: 2s, retryFirst: 500ms, orphanGrace: 1s }",
})
{
    public const string Two = "two";

    public const string TwoInside = "two-inside";

    public const string Inside = "inside";

    public const string Mesh = "mesh";

    public const string MeshInside = "mesh-inside";

    // Besides, it does what `tuning` without settings does: it changes no result.
    private const string Script = """
        #!/bin/sh
        if [ "$CNI_COMMAND" = ADD ]; then
            nsenter --net="$CNI_NETNS" nft 'add table inet mesh; add chain inet mesh out; add rule inet mesh out counter' || exit 1
        fi
        for directory in /opt/cni/bin /usr/lib/cni; do
            [ -x $directory/tuning ] && exec $directory/tuning
        done
        """;

    private const string Taker = """
        #!/bin/sh
        take() { nsenter --net="$CNI_NETNS" ip link delete "$CNI_IFNAME" 2> /dev/null; }
        conf=$(cat)
        when=$(echo "$conf" | sed -n 's/.*"when": *"\([a-z]*\)".*/\1/p')
        case $CNI_COMMAND/$when in
            ADD/fails) take; echo '{"cniVersion":"1.0.0","code":117,"msg":"the quarry is shut"}'; exit 1 ;;
            ADD/renames)
                nsenter --net="$CNI_NETNS" ip link set "$CNI_IFNAME" down
                nsenter --net="$CNI_NETNS" ip link set "$CNI_IFNAME" name odd0 up
                echo '{"cniVersion":"1.0.0","code":117,"msg":"the quarry is shut"}'; exit 1 ;;
            ADD/adds) take ;;
            DEL/deletes) take; rm -f /run/cni/tuning/"$CNI_CONTAINERID"_*; exit 0 ;;
        esac
        for directory in /opt/cni/bin /usr/lib/cni; do
            [ -x $directory/tuning ] && { echo "$conf" | exec $directory/tuning; exit; }
        done
        """;

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await CreateNetworkAsync([.. WithNullIpam(Two), Two], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(Two), "-o", "cni.attach=sandbox", TwoInside], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(Inside), "-o", "cni.attach=sandbox", Inside], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(Mesh), Mesh], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(Mesh), "-o", "cni.attach=sandbox", MeshInside], cancellationToken);
        foreach (var taking in new[] { "fails", "renames", "adds", "deletes" })
            await CreateNetworkAsync(
                ["--ipam-driver", "cni", "--ipam-opt", $"cni.network={taking}", "-o", $"cni.network={taking}", taking], cancellationToken);

        foreach (var failing in new[] { "fails", "renames" })
        {
            await CreateNetworkAsync([.. WithNullIpam(failing), "-o", "cni.attach=sandbox", $"{failing}-inside"], cancellationToken);
            await CreateNetworkAsync(
                ["--ipam-driver", "cni", "--ipam-opt", $"cni.network={failing}", "-o", $"cni.network={failing}", "-o", "cni.attach=sandbox",
                    $"{failing}-inside-reserved"], cancellationToken);
        }

        (await Host.DockerAsync(["network", "create", "--internal", InternalNetwork], cancellationToken)).EnsureSuccess();
    }

    private static string Taking(string when, string subnet) =>
        Masquerading(when, bridge: $"cni-{when}", first: "", $$"""[{ "subnet": "{{subnet}}.0/24" }]""")
        .Replace("\"firewall\"", $"\"taker\", \"when\": \"{when}\"", StringComparison.Ordinal);

    private static string Masquerading(string name, string bridge, string first, string ranges) => $$"""
        {
          "cniVersion": "1.0.0",
          "name": "{{name}}",
          "plugins": [
            {{first}}
            {
              "type": "bridge", "bridge": "{{bridge}}", "ipMasq": true,
              "ipam": { "type": "host-local", "ranges": [{{ranges}}] }
            },
            { "type": "firewall" }
          ]
        }
        """;
}
