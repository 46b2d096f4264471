using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// The stock chain whose bridge fails when its work is done, and whose DEL then removes the link and stops before its rules: it does not
/// find its IPAM plugin. <c>pods</c> has the CNI network's own IPAM, <c>chain</c> lets the chain choose addresses, <c>inside</c> in the
/// container's own namespace.
/// </summary>
public sealed class InterruptedBridgeHost() : EngineHost(new TestHostOptions
{
    CniNetworks = Only(CniNetworks.StockChain),
    CniPlugins = new Dictionary<string, string> { ["bridge"] = Script },
    BridgeSettings = "repair: { interval: 2s, retryFirst: 500ms }",
})
{
    public const string Unreservedly = "chain";

    public const string Inside = "inside";

    private const string Flag = "/run/bridge-test/interrupted";

    private const string Script = $$"""
        #!/bin/sh
        real=/usr/lib/cni/bridge
        [ -e {{Flag}} ] || exec $real
        case $CNI_COMMAND in
            ADD)
                $real > /dev/null || exit
                echo '{"cniVersion": "1.0.0", "code": 117, "msg": "the quarry is shut"}'
                exit 1 ;;
            DEL) CNI_PATH=/nowhere exec $real ;;
        esac
        exec $real
        """;

    public void Interrupt() => File.WriteAllText(Host.PathOf(Flag), "");

    public void Work() => File.Delete(Host.PathOf(Flag));

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await base.FurnishAsync(cancellationToken);
        await CreateNetworkAsync([.. Unreserved, Unreservedly], cancellationToken);
        await CreateNetworkAsync([.. Unreserved, "-o", "cni.attach=sandbox", Inside], cancellationToken);
    }
}
