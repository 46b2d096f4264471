using Bridge.TestHosts;

namespace Bridge.Plugin.Tests.Meta;

/// <summary>
/// The stock plugin <c>firewall</c>, after a masquerading <c>bridge</c>, on a host that forwards nothing but what is allowed.
/// </summary>
public sealed class FirewallTests(FirewallTests.DroppingHost fixture) : PluginTest(fixture), IClassFixture<FirewallTests.DroppingHost>
{
    [Fact]
    public async Task Only_with_the_firewall_plugin_a_sandbox_passes_a_host_that_drops()
    {
        await using var outside = Host.FromNeighbour.ServePage(80, Page);
        await WriteNetworkAsync(Plugins.MasqueradingBridge);
        var without = await NewSandboxAsync();
        await without.AddAsync(Cancellation);
        (await without.Inside.CanConnectAsync(TestHost.NeighbourAddress, 80, Cancellation)).Should().BeFalse();
        (await without.DeleteAsync(Cancellation)).EnsureSuccess();
        await WriteNetworkAsync(Plugins.MasqueradingBridge, Plugins.Firewall);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation);

        await sandbox.AssertHoldsAsync(result, Cancellation);
        (await sandbox.Inside.GetAsync(TestHost.NeighbourAddress, 80, Cancellation)).Should().Be(Page);
        (await RunInShellAsync("iptables -S CNI-FORWARD")).Should().Contain($"-s {result.Ips[0].Address}/32 -j ACCEPT").And.Contain(
            $"-d {result.Ips[0].Address}/32");
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    public async Task CHECK_detects_a_flushed_rule()
    {
        await WriteNetworkAsync(Plugins.MasqueradingBridge, Plugins.Firewall);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();
        var result = await sandbox.AddAsync(Cancellation);

        await RunInShellAsync($"iptables -D CNI-FORWARD -s {result.Ips[0].Address} -j ACCEPT");

        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"firewall\" failed CHECK", $"{result.Ips[0].Address}");
        await AssertIsUndoneAsync(sandbox, census);
    }

    public sealed class DroppingHost : PluginHost
    {
        protected override async Task FurnishAsync(CancellationToken cancellationToken) =>
            (await Host.RunAsync(["iptables", "-P", "FORWARD", "DROP"], cancellationToken)).EnsureSuccess();
    }
}
