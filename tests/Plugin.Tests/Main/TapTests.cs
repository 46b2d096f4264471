namespace Bridge.Plugin.Tests.Main;

/// <summary>The stock plugin <c>tap</c>.</summary>
public sealed class TapTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    private const string Tap = $$"""{ "type": "tap", "multiQueue": true, "mtu": 1400, "ipam": {{Plugins.HostLocal}} }""";

    [Fact]
    public async Task A_tap_in_the_sandbox_matches_the_result_and_leaves_nothing()
    {
        RequireNewPlugins("tap");
        await WriteNetworkAsync(Tap);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation);

        await sandbox.AssertHoldsAsync(result, Cancellation);
        (await sandbox.LinkAsync("eth0", Cancellation)).Should().Match<LinkView>(link => link.Kind == "tun" && link.Mtu == 1400);
        (await sandbox.RunInShellAsync("ip -details link show eth0", Cancellation)).Should().Contain("tun type tap").And.Contain(
            "multi_queue").And.Contain("persist on");
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        await sandbox.RunInShellAsync("ip address flush dev eth0 scope global", Cancellation);
        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"tap\" failed CHECK", $"{result.Ips[0].Address}");
        await AssertIsUndoneAsync(sandbox, census);
    }
}
