using Bridge.TestHosts;

namespace Bridge.Plugin.Tests.Chains;

/// <summary>A host that has nftables and no iptables: the plugins choose their back end themselves.</summary>
public sealed class NftablesHostTests(NftablesHostTests.HostWithoutIptables fixture)
    : PluginTest(fixture), IClassFixture<NftablesHostTests.HostWithoutIptables>
{
    [Fact]
    public async Task Masquerade_and_ports_are_nftables_rules_and_one_DEL_removes_them()
    {
        RequireNewPlugins("the back end nftables");
        await WriteNetworkAsync(Plugins.MasqueradingBridge, Plugins.Portmap);
        var census = await CensusAfterOneAttachmentAsync(Plugins.Port);
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation, Plugins.Port);

        await sandbox.AssertHoldsAsync(result, Cancellation);
        var rules = await RunInShellAsync("nft list ruleset");
        rules.Should().Contain($"dnat to {result.Ips[0].Address}:80").And.MatchRegex($"saddr {result.Ips[0].Address} .*masquerade");
        await using var inside = sandbox.Inside.ServePage(80, Page);
        await using var outside = Host.FromNeighbour.ServePage(80, Page);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await sandbox.Inside.GetAsync(TestHost.NeighbourAddress, 80, Cancellation)).Should().Be(Page);
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    public async Task After_a_removed_sandbox_only_the_masquerade_rules_remain()
    {
        RequireNewPlugins("the back end nftables");
        await WriteNetworkAsync(Plugins.MasqueradingBridge, Plugins.Portmap);
        var census = await CensusAfterOneAttachmentAsync(Plugins.Port);
        var sandbox = await NewSandboxAsync();
        await sandbox.AddAsync(Cancellation, Plugins.Port);

        await sandbox.RemoveAsync(Cancellation);

        (await sandbox.DeleteAsync(Cancellation)).EnsureSuccess();
        (await Host.CensusAsync(Cancellation)).Since(census).Should().ContainSingle().Which.Should().StartWith(
            "+ nft inet cni_plugins_masquerade ");
    }

    public sealed class HostWithoutIptables : PluginHost
    {
        // One program under many names. It is hidden on this host only: the host has its own mount namespace.
        protected override async Task FurnishAsync(CancellationToken cancellationToken) =>
            (await Host.RunAsync(
                ["sh", "-c", "mount --bind /dev/null $(readlink -f $(command -v iptables))"], cancellationToken)).EnsureSuccess();
    }
}
