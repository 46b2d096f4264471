namespace Bridge.Plugin.Tests.Meta;

/// <summary>The stock plugin <c>tuning</c>, after <c>bridge</c>.</summary>
public sealed class TuningTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    private const string Mac = "02:42:0a:5a:00:63";

    private const string Tuning = $$"""
        {
          "type": "tuning", "mac": "{{Mac}}", "mtu": 1300, "promisc": true,
          "sysctl": { "net.ipv4.conf.eth0.arp_filter": "1", "net.core.somaxconn": "500" }
        }
        """;

    private const string Values = "cat /proc/sys/net/ipv4/conf/eth0/arp_filter /proc/sys/net/core/somaxconn";

    [Fact]
    public async Task A_sandbox_has_the_values_and_its_host_does_not()
    {
        await WriteNetworkAsync(Plugins.PlainBridge, Tuning);
        var census = await CensusAfterOneAttachmentAsync();
        var ofHost = await RunInShellAsync("cat /proc/sys/net/core/somaxconn");
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation);

        (await sandbox.LinkAsync("eth0", Cancellation)).Should().Match<LinkView>(
            link => link.Mac == Mac && link.Mtu == 1300 && link.Flags.Contains("PROMISC"));
        result.Interfaces[2].Mac.Should().Be(Mac);
        (await sandbox.RunInShellAsync(Values, Cancellation)).Should().Be("1\n500");
        (await RunInShellAsync("cat /proc/sys/net/core/somaxconn")).Should().Be(ofHost);
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Theory]
    [InlineData("echo 0 > /proc/sys/net/ipv4/conf/eth0/arp_filter", "arp_filter")]
    [InlineData("ip link set eth0 mtu 1280", "MTU")]
    [InlineData("ip link set eth0 promisc off", "promisc")]
    public async Task CHECK_detects_a_changed_value(string change, string word)
    {
        await WriteNetworkAsync(Plugins.PlainBridge, Tuning);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();
        await sandbox.AddAsync(Cancellation);

        await sandbox.RunInShellAsync(change, Cancellation);

        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"tuning\" failed CHECK", word);
        await AssertIsUndoneAsync(sandbox, census);
    }
}
