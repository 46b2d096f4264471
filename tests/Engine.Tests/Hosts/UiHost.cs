using Bridge.TestHosts;
using Bridge.TestHosts.Sockets;
using Bridge.Testing.Browser;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>The stock chain, <c>cnm-cni ui</c> beside the daemon, and a browser outside the host.</summary>
public sealed class UiHost() : EngineHost(new TestHostOptions
{
    CniNetworks = Only(CniNetworks.StockChain),
    BridgeSettings = "repair: { interval: 2s }\n",
})
{
    private Chromium? _chromium;
    private TcpRelay? _relay;

    internal Chromium Chromium => _chromium ?? throw new InvalidOperationException(Chromium.Missing());

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await base.FurnishAsync(cancellationToken);
        if (Chromium.Missing() is not null)
            return;

        // The page shows it, and it is in the pictures that are kept.
        (await Host.RunAsync(["sh", "-c", "echo node-1 > /proc/sys/kernel/hostname"], cancellationToken)).EnsureSuccess();
        var browser = Chromium.StartAsync();
        _relay = await Host.ServeUiAsync(cancellationToken);
        _chromium = await browser;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_chromium is not null)
            await _chromium.DisposeAsync();

        if (_relay is not null)
            await _relay.DisposeAsync();

        await base.DisposeAsync();
    }
}
