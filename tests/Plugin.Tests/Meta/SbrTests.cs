namespace Bridge.Plugin.Tests.Meta;

/// <summary>The stock plugin <c>sbr</c>, after <c>bridge</c>: a routing table for traffic from the sandbox's address.</summary>
public sealed class SbrTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    [Fact]
    public async Task The_routes_of_the_address_are_in_a_table_of_its_own_until_DEL()
    {
        await WriteNetworkAsync(Plugins.PlainBridge, """{ "type": "sbr" }""");
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation);

        (await sandbox.RunInShellAsync("ip rule", Cancellation)).Should().Contain($"from {result.Ips[0].Address} lookup 100");
        (await sandbox.RunInShellAsync("ip route show table 100", Cancellation)).Should().Contain($"default via {Gateway} dev eth0");
        (await sandbox.RoutesAsync(Cancellation)).Should().BeEmpty("they moved");
        // CHECK of sbr checks nothing, and CHECK of bridge before it searches the routes in the main table.
        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"bridge\" failed CHECK", $"Failed to find Gateway {Gateway}");
        await using var inside = sandbox.Inside.ServePage(80, Page);
        (await Host.FromHost.GetAsync($"{result.Ips[0].Address}", 80, Cancellation)).Should().Be(Page);
        (await sandbox.DeleteAsync(Cancellation)).EnsureSuccess();
        (await sandbox.RunInShellAsync("ip rule", Cancellation)).Should().NotContain("lookup 100");
        (await sandbox.LinksAsync(Cancellation)).Select(link => link.Name).Should().Equal("lo");
        await AssertMayBeRepeatedWithNewPluginsAsync(sandbox);
        await sandbox.RemoveAsync(Cancellation);
        await AssertNothingIsLeftSinceAsync(census);
    }

    // Before, sbr failed on a missing interface.
    private static async Task AssertMayBeRepeatedWithNewPluginsAsync(Sandbox sandbox)
    {
        var second = await sandbox.DeleteAsync(Cancellation);
        if (PluginHost.HasNewPlugins)
            second.EnsureSuccess();
        else
            AssertRefused(second, "plugin \"sbr\" failed DEL", "Link not found");
    }
}
