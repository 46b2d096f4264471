using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>Two stock chains, each with a Docker network.</summary>
public sealed class TwoNetworkHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        [CniNetworks.FileName] = CniNetworks.StockChain,
        [CniNetworks.SecondFileName] = CniNetworks.SecondStockChain,
    },
})
{
    public const string SecondNetwork = "second";

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await base.FurnishAsync(cancellationToken);
        await CreateNetworkAsync(CniNetworks.SecondName, SecondNetwork, cancellationToken);
    }
}
