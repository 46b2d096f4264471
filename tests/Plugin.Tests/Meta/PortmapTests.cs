using Bridge.TestHosts;

namespace Bridge.Plugin.Tests.Meta;

/// <summary>The stock plugin <c>portmap</c>, after <c>bridge</c>.</summary>
public sealed class PortmapTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    private const string DualStackBridge =
        $$"""{ "type": "bridge", "bridge": "cni0", "isGateway": true, "ipam": {{Plugins.DualStackHostLocal}} }""";

    [Fact]
    public async Task A_published_port_is_reached_from_everywhere_until_DEL()
    {
        await WriteNetworkAsync(Plugins.PlainBridge, Plugins.Portmap);
        var census = await CensusAfterOneAttachmentAsync(Plugins.Port);
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation, Plugins.Port);

        await sandbox.AssertHoldsAsync(result, Cancellation);
        (await RunInShellAsync("iptables -t nat -S")).Should().Contain($"--dport 8080 -j DNAT --to-destination {result.Ips[0].Address}:80");
        await using var inside = sandbox.Inside.ServePage(80, Page);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.FromHost.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.FromHost.GetAsync("127.0.0.1", 8080, Cancellation)).Should().Be(Page);
        await AssertIsUndoneAsync(sandbox, census);
        (await Host.FromNeighbour.CanConnectAsync(TestHost.Address, 8080, Cancellation)).Should().BeFalse();
    }

    [Theory]
    [InlineData(Plugins.PlainBridge)]
    [InlineData(DualStackBridge)]
    public async Task CHECK_detects_flushed_rules(string bridge)
    {
        await WriteNetworkAsync(bridge, Plugins.Portmap);
        var census = await CensusAfterOneAttachmentAsync(Plugins.Port);
        var sandbox = await NewSandboxAsync();
        await sandbox.AddAsync(Cancellation, Plugins.Port);
        await AssertPassesWithNewPluginsAsync(sandbox);

        await RunInShellAsync("iptables -t nat -F $(iptables -t nat -S | sed -n 's/^-N \\(CNI-DN-.*\\)/\\1/p')");

        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"portmap\" failed CHECK", "could not check ipv4 dnat");
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    public async Task Ports_by_nftables_work_pass_CHECK_and_are_removed()
    {
        RequireNewPlugins("portmap's backend nftables");
        await WriteNetworkAsync(Plugins.PlainBridge,
            """{ "type": "portmap", "capabilities": { "portMappings": true }, "snat": true, "backend": "nftables" }""");
        var census = await CensusAfterOneAttachmentAsync(Plugins.Port);
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation, Plugins.Port);

        await sandbox.AssertHoldsAsync(result, Cancellation);
        (await RunInShellAsync("nft list table ip cni_hostport")).Should().Contain($"dnat to {result.Ips[0].Address}:80");
        (await RunInShellAsync("iptables-save -t nat")).Should().NotContain("8080");
        await using var inside = sandbox.Inside.ServePage(80, Page);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.FromHost.GetAsync("127.0.0.1", 8080, Cancellation)).Should().Be(Page);
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        await RunInShellAsync("nft flush chain ip cni_hostport hostports");
        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"portmap\" failed CHECK");
        await AssertIsUndoneAsync(sandbox, census);
    }

    // https://github.com/containernetworking/plugins/issues/819: it searched the IPv6 rules for those of IPv4.
    private static async Task AssertPassesWithNewPluginsAsync(Sandbox sandbox)
    {
        var check = await sandbox.CheckAsync(Cancellation);
        if (PluginHost.HasNewPlugins)
            check.EnsureSuccess();
        else
            AssertRefused(check, "plugin \"portmap\" failed CHECK", "could not check ipv6 dnat");
    }
}
