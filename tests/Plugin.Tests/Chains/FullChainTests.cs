using Bridge.TestHosts;

namespace Bridge.Plugin.Tests.Chains;

/// <summary>Chains of many plugins: each gets the result of the one before, and DEL runs in reverse.</summary>
public sealed class FullChainTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    private const string Tuning = """{ "type": "tuning", "sysctl": { "net.core.somaxconn": "500" } }""";

    private const string Rates =
        """{ "ingressRate": 80000000, "ingressBurst": 80000000, "egressRate": 80000000, "egressBurst": 80000000 }""";

    private const string Limit = $$"""{ "bandwidth": {{Rates}} }""";

    private const string PortAndLimit = $$"""
        { "portMappings": [{ "hostPort": 8080, "containerPort": 80, "protocol": "tcp" }], "bandwidth": {{Rates}} }
        """;

    [Fact]
    [Case(50, "real-chain")]
    public async Task A_chain_of_five_plugins_works_and_DEL_removes_everything()
    {
        await WriteNetworkAsync(Plugins.MasqueradingBridge, Plugins.Portmap, Plugins.Firewall, Plugins.Bandwidth, Tuning);
        var census = await CensusAfterOneAttachmentAsync(PortAndLimit);
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation, PortAndLimit);

        await sandbox.AssertHoldsAsync(result, Cancellation);
        var address = $"{result.Ips[0].Address}";
        await using var outside = Host.FromNeighbour.ServePage(80, Page);
        await using var inside = sandbox.Inside.ServePage(80, Page);
        (await sandbox.Inside.GetAsync(TestHost.NeighbourAddress, 80, Cancellation)).Should().Be(Page);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await RunInShellAsync("iptables -S CNI-FORWARD")).Should().Contain(address);
        (await RunInShellAsync($"tc qdisc show dev {result.Interfaces[1].Name}")).Should().Contain("rate 80Mbit");
        (await sandbox.RunInShellAsync("cat /proc/sys/net/core/somaxconn", Cancellation)).Should().Be("500");
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    [Case(50, "real-chain")]
    public async Task CHECK_goes_through_the_whole_chain()
    {
        await WriteNetworkAsync(Plugins.MasqueradingBridge, Plugins.Portmap, Plugins.Firewall, Plugins.Bandwidth, Tuning);
        // Without ports, which portmap 1.1 cannot check; with limits, without which CHECK of bandwidth 1.1 crashes.
        var census = await CensusAfterOneAttachmentAsync(Limit);
        var sandbox = await NewSandboxAsync();
        await sandbox.AddAsync(Cancellation, Limit);
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();

        await sandbox.RunInShellAsync("echo 501 > /proc/sys/net/core/somaxconn", Cancellation);

        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"tuning\" failed CHECK", "somaxconn");
        await AssertIsUndoneAsync(sandbox, census);
    }
}
