namespace Bridge.Plugin.Tests.Meta;

/// <summary>The stock plugin <c>bandwidth</c>, after <c>bridge</c>.</summary>
public sealed class BandwidthTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    // Bits, as the plugin counts; tc prints powers of 1000.
    private const string Limits =
        """{ "bandwidth": { "ingressRate": 8000000, "ingressBurst": 8000000, "egressRate": 16000000, "egressBurst": 16000000 } }""";

    [Fact]
    public async Task Both_directions_are_shaped_and_no_qdisc_or_link_is_left()
    {
        await WriteNetworkAsync(Plugins.PlainBridge, Plugins.Bandwidth);
        var census = await CensusAfterOneAttachmentAsync(Limits);
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation, Limits);

        await sandbox.AssertHoldsAsync(result, Cancellation);
        var (veth, redirected) = (result.Interfaces[1].Name, result.Interfaces[3].Name);
        (await RunInShellAsync($"tc qdisc show dev {veth}")).Should().Contain("tbf").And.Contain("rate 8Mbit").And.Contain("ingress");
        (await RunInShellAsync($"tc qdisc show dev {redirected}")).Should().Contain("tbf").And.Contain("rate 16Mbit");
        (await RunInShellAsync($"tc filter show dev {veth} parent ffff:")).Should().Contain(redirected);
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Theory]
    [InlineData("tc qdisc change dev VETH root tbf rate 1mbit burst 100kb latency 25ms", "Rate doesn't match")]
    [InlineData("ip link delete IFB", "get ifb device")]
    public async Task CHECK_detects_a_changed_or_removed_limit(string change, string words)
    {
        await WriteNetworkAsync(Plugins.PlainBridge, Plugins.Bandwidth);
        var census = await CensusAfterOneAttachmentAsync(Limits);
        var sandbox = await NewSandboxAsync();
        var result = await sandbox.AddAsync(Cancellation, Limits);

        await RunInShellAsync(
            change.Replace("VETH", result.Interfaces[1].Name, StringComparison.Ordinal).Replace(
                "IFB", result.Interfaces[3].Name, StringComparison.Ordinal));

        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"bandwidth\" failed CHECK", words);
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    public async Task CHECK_where_nothing_is_limited_passes_with_new_plugins_and_crashes_the_old_one()
    {
        await WriteNetworkAsync(Plugins.PlainBridge, Plugins.Bandwidth);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();
        await sandbox.AddAsync(Cancellation);

        var check = await sandbox.CheckAsync(Cancellation);

        if (PluginHost.HasNewPlugins)
            check.EnsureSuccess();
        else
            AssertRefused(check, "plugin \"bandwidth\" failed CHECK", "it exited with status 2 without an error object", "panic");

        await AssertIsUndoneAsync(sandbox, census);
    }
}
