using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// The stock chain whose masquerade and published ports are rules of nftables. Plugins that are too old for that pass over what says so.
/// </summary>
public sealed class NftablesHost() : EngineHost(new TestHostOptions
{
    CniNetworks = Only(Conflist),
    BridgeSettings = "repair: { interval: 2s, retryFirst: 500ms }",
})
{
    public static string Conflist { get; } = CniNetworks.StockChain
        .Replace("\"ipMasq\": true", "\"ipMasq\": true, \"ipMasqBackend\": \"nftables\"", StringComparison.Ordinal)
        .Replace("\"snat\": true", "\"snat\": true, \"backend\": \"nftables\"", StringComparison.Ordinal);
}
