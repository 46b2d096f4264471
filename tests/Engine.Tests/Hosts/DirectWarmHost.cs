using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>As <see cref="WarmHost"/>, for networks that are attached in the sandbox.</summary>
public sealed class DirectWarmHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        [CniNetworks.FileName] = CniNetworks.StockChain,
        [DualStackFileName] = $$"""
            {"cniVersion": "1.0.0", "name": "{{DualStackName}}", "plugins": [
              {"type": "bridge", "bridge": "cni9", "isGateway": true, "ipMasq": true, "ipam": {"type": "host-local",
                "ranges": [[{"subnet": "10.93.0.0/24"}], [{"subnet": "{{Subnet6}}" }]],
                "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}] } },
              {"type": "firewall"}]}
            """,
    },
    BridgeSettings = """
        warm: { rest: 1m }
        repair: { interval: 1s, orphanGrace: 1s, retryFirst: 200ms, retryLongest: 1s }
        """,
})
{
    private const string DualStackFileName = "30-dual.conflist";
    private const string DualStackName = "dual";
    private const string Subnet6 = "fd00:93::/64";

    /// <summary>Of both families, and two attachments.</summary>
    public static IReadOnlyList<string> DualStack { get; } =
    [
        "--ipv6", "--ipam-driver", "cni", "--ipam-opt", $"cni.network={DualStackName}", "-o", $"cni.network={DualStackName}",
        "--subnet", "10.93.0.0/24", "--gateway", "10.93.0.1", "--subnet", Subnet6, "--gateway", "fd00:93::1",
        "-o", "cni.attach=sandbox", "-o", "cni.warm=2", "-o", "cni.warm.reuse=true",
    ];

    // Each test makes its network. Where Docker lets it be joined in a sandbox only by connecting a running container, that needs another
    // one to start on.
    protected override async Task FurnishAsync(CancellationToken cancellationToken) =>
        (await Host.DockerAsync(["network", "create", "--internal", InternalNetwork], cancellationToken)).EnsureSuccess();

    public static IReadOnlyList<string> Options(int size, bool reuse, bool isReserved = true) =>
    [
        .. isReserved ? Reserved : Unreserved, "-o", "cni.attach=sandbox", "-o", $"cni.warm={size}",
        "-o", $"cni.warm.reuse={(reuse ? "true" : "false")}",
    ];
}
