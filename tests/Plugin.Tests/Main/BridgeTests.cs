namespace Bridge.Plugin.Tests.Main;

/// <summary>The stock plugin <c>bridge</c>.</summary>
public sealed class BridgeTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    private const string Masquerading = $$"""
        { "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true, "mtu": 1400, "ipam": {{Plugins.HostLocal}} }
        """;

    [Fact]
    public async Task A_sandbox_on_the_bridge_is_reached_reaches_out_and_leaves_nothing()
    {
        await WriteNetworkAsync(Masquerading);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation);

        await sandbox.AssertHoldsAsync(result, Cancellation);
        result.Interfaces.Select(answered => answered.Sandbox).Should().Equal(null, null, sandbox.Path);
        (await sandbox.LinkAsync("eth0", Cancellation)).Should().Match<LinkView>(link => link.Kind == "veth" && link.Mtu == 1400);
        (await sandbox.RoutesAsync(Cancellation)).Should().Contain($"default via {Gateway}");
        (await RunInShellAsync($"bridge -details link show dev {result.Interfaces[1].Name}")).Should().Contain("master cni0").And.Contain(
            "hairpin on");
        await using var outside = Host.FromNeighbour.ServePage(80, Page);
        await using var inside = sandbox.Inside.ServePage(80, Page);
        (await Host.FromHost.GetAsync($"{result.Ips[0].Address}", 80, Cancellation)).Should().Be(Page);
        // The neighbour has no route back, so it can answer only because of the masquerade.
        (await sandbox.Inside.GetAsync(TestHosts.TestHost.NeighbourAddress, 80, Cancellation)).Should().Be(Page);
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    public async Task CHECK_detects_a_removed_address()
    {
        await WriteNetworkAsync(Masquerading);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();
        var result = await sandbox.AddAsync(Cancellation);
        var address = $"{result.Ips[0].Address}/{result.Ips[0].PrefixLength}";

        await sandbox.RunInShellAsync($"ip address delete {address} dev eth0", Cancellation);

        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"bridge\" failed CHECK", "on interface eth0");
        // DEL searches there for the masquerade rules.
        await sandbox.RunInShellAsync($"ip address add {address} dev eth0", Cancellation);
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    public async Task CHECK_detects_a_link_that_left_the_bridge()
    {
        await WriteNetworkAsync(Masquerading);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();
        var result = await sandbox.AddAsync(Cancellation);

        await RunInShellAsync($"ip link set {result.Interfaces[1].Name} nomaster");

        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"bridge\" failed CHECK", "was not found");
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    public async Task Masquerading_by_nftables_beside_iptables_is_removed_by_the_second_DEL_at_the_latest()
    {
        RequireNewPlugins("bridge's ipMasqBackend");
        await WriteNetworkAsync(
            Masquerading.Replace("\"ipMasq\": true", "\"ipMasq\": true, \"ipMasqBackend\": \"nftables\"", StringComparison.Ordinal));
        var first = await NewSandboxAsync();
        await first.AddAsync(Cancellation);
        await DeleteInTwoGoesAsync(first);
        await first.RemoveAsync(Cancellation);
        var census = await Host.CensusAsync(Cancellation);
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation);

        await sandbox.AssertHoldsAsync(result, Cancellation);
        (await RunInShellAsync("nft list table inet cni_plugins_masquerade")).Should().Contain($"{result.Ips[0].Address}");
        await using var outside = Host.FromNeighbour.ServePage(80, Page);
        (await sandbox.Inside.GetAsync(TestHosts.TestHost.NeighbourAddress, 80, Cancellation)).Should().Be(Page);
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        await DeleteInTwoGoesAsync(sandbox);
        await AssertIsUndoneAsync(sandbox, census);
    }

    // DEL searches iptables rules too. Debian's build of the plugin fails when they are absent, after it removed the link;
    // without a link there are no addresses to search for.
    private static async Task DeleteInTwoGoesAsync(Sandbox sandbox)
    {
        if (await sandbox.DeleteAsync(Cancellation) is { Succeeded: false } refused)
        {
            AssertRefused(refused, "plugin \"bridge\" failed DEL", "iptables", "does not exist");
            (await sandbox.DeleteAsync(Cancellation)).EnsureSuccess();
        }
    }
}
