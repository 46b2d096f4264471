using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// The CNI network of a cluster in a directory that no setting of cnm-cni names, and another network in /etc/cni/net.d.
/// </summary>
public sealed class ClusterDirectoryHost() : EngineHost(new TestHostOptions
{
    ConfigurationDirectory = ClusterDirectory,
    CniNetworks = Only(CniNetworks.StockChain),
    BridgeSettings = "autoNetworks: true",
})
{
    public const string ClusterDirectory = "/var/lib/cluster/net.d";

    protected override Task FurnishAsync(CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(
            Host.PathOf($"/etc/cni/net.d/{CniNetworks.SecondFileName}"), CniNetworks.SecondStockChain, cancellationToken);
}
