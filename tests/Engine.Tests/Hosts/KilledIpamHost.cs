using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// The stock chain with an IPAM plugin that is killed once, when it has made the file of an address and has not written the owner into it.
/// <c>pods</c> has the CNI network's own IPAM, <c>chain</c> lets the chain choose addresses.
/// </summary>
public sealed class KilledIpamHost() : EngineHost(new TestHostOptions
{
    CniNetworks = Only(CniNetworks.StockChain),
    CniPlugins = new Dictionary<string, string> { ["host-local"] = Script },
    BridgeSettings = "repair: { interval: 2s, retryFirst: 500ms }",
})
{
    public const string Unreservedly = "chain";

    public const string Store = $"/var/lib/cni/networks/{CniNetworks.Name}";

    /// <summary>The address that is never assigned completely.</summary>
    public const string Address = "10.90.0.77";

    private const string Flag = "/run/bridge-test/killed";

    // The real one takes the lock too.
    private const string Script = $$"""
        #!/bin/sh
        real=/usr/lib/cni/host-local
        [ "$CNI_COMMAND" = ADD ] && [ -e {{Flag}} ] || exec $real
        victims="$(cat {{Flag}}) $$"
        rm {{Flag}}
        flock {{Store}}/lock touch {{Store}}/{{Address}}
        kill -KILL $victims
        sleep 60
        """;

    /// <summary>The next assignment of an address is cut off.</summary>
    /// <param name="besides">The process that is killed with the plugin; null: none.</param>
    public void KillNext(string besides = "") => File.WriteAllText(Host.PathOf(Flag), besides);

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await base.FurnishAsync(cancellationToken);
        await CreateNetworkAsync([.. Unreserved, Unreservedly], cancellationToken);
    }
}
