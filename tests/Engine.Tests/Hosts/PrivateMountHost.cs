using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// cnm-cni in a mount namespace of its own. <c>pods</c>: addresses reserved ahead, and a plugin that runs in the sandbox;
/// <see cref="UnreservedNetwork"/>: addresses from the chain; <see cref="DirectNetwork"/>: attached in the sandbox.
/// </summary>
public sealed class PrivateMountHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        [CniNetworks.FileName] =
            CniNetworks.StockChain.Replace("""{ "type": "firewall" }""",
                """{ "type": "firewall" }, { "type": "tuning", "sysctl": { "net.core.somaxconn": "1000" } }""", StringComparison.Ordinal),
        [CniNetworks.SecondFileName] = CniNetworks.SecondStockChain,
    },
    BridgeSettings = "repair: { interval: 2s, retryFirst: 500ms, orphanGrace: 1s }",
    PrivateMounts = true,
})
{
    public const string UnreservedNetwork = "second";
    public const string DirectNetwork = "direct";

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await base.FurnishAsync(cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(CniNetworks.SecondName), UnreservedNetwork], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(CniNetworks.SecondName), "-o", "cni.attach=sandbox", DirectNetwork], cancellationToken);
        (await Host.DockerAsync(["network", "create", "--internal", InternalNetwork], cancellationToken)).EnsureSuccess();
    }
}
