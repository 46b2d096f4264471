using Bridge.TestHosts;
using Bridge.TestHosts.Census;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>The stock chain, with cnm-cni as a managed plugin: nothing of it is installed on the host.</summary>
public sealed class ManagedPluginHost() : EngineHost(new TestHostOptions
{
    CniNetworks = Only(CniNetworks.StockChain),
    SharedMounts = true,
})
{
    public override bool RunsBridge => false;

    /// <summary>Taken before the plugin came.</summary>
    public HostCensus Untouched { get; private set; } = null!;

    public string PluginId { get; private set; } = "";

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        Untouched = await Host.CensusAsync(cancellationToken);
        await InstallAsync(cancellationToken);
        await CreateAsync(cancellationToken);
    }

    public async Task InstallAsync(CancellationToken cancellationToken) => PluginId = await Host.InstallPluginAsync(cancellationToken);

    public async Task UpgradeAsync(CancellationToken cancellationToken)
    {
        await Host.UpgradePluginAsync(cancellationToken);
        PluginId = await Host.UsePluginAsync(cancellationToken);
    }

    /// <summary>Creates the Docker network.</summary>
    public async Task CreateAsync(CancellationToken cancellationToken) => (await Host.DockerAsync(
        ["network", "create", "-d", TestHost.PluginName, "--ipam-driver", TestHost.PluginName,
            "--ipam-opt", $"cni.network={CniNetworks.Name}",
            "-o", $"cni.network={CniNetworks.Name}", "--subnet", CniNetworks.Subnet, "--gateway", CniNetworks.Gateway, Network],
        cancellationToken)).EnsureSuccess();
}
