using Bridge.TestHosts;
using Bridge.TestHosts.Census;

namespace Bridge.Plugin.Tests.Main;

/// <summary>The stock plugin <c>host-device</c>: a link of the host moves into the sandbox, and comes back.</summary>
public sealed class HostDeviceTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    private const string Address = "10.92.0.2";

    private const string Device = $$"""
        { "type": "host-device", "device": "spare", "ipam": { "type": "static", "addresses": [{ "address": "{{Address}}/24" }] } }
        """;

    private const string Tuned = """{ "type": "tuning", "mtu": 1300, "mac": "02:42:0a:5c:00:02" }""";

    [Fact]
    public async Task A_link_moves_into_the_sandbox_and_comes_back_under_its_own_name()
    {
        await WriteNetworkAsync(Device);
        var census = await CensusWithSpareLinkAsync();
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation);

        await sandbox.AssertHoldsAsync(result, Cancellation);
        (await RunInShellAsync("ip -o link")).Should().NotContain("spare@");
        await using var inside = sandbox.Inside.ServePage(80, Page);
        (await Host.FromHost.GetAsync(Address, 80, Cancellation)).Should().Be(Page);
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        await AssertComesBackAsync(sandbox, census);
    }

    [Fact]
    public async Task CHECK_detects_a_removed_address()
    {
        await WriteNetworkAsync(Device);
        var census = await CensusWithSpareLinkAsync();
        var sandbox = await NewSandboxAsync();
        await sandbox.AddAsync(Cancellation);

        await sandbox.RunInShellAsync($"ip address delete {Address}/24 dev eth0", Cancellation);

        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"host-device\" failed CHECK", Address);
        await AssertComesBackAsync(sandbox, census);
    }

    [Fact]
    public async Task DEL_restores_what_tuning_changed_on_the_link()
    {
        await WriteNetworkAsync(Device, Tuned);
        var census = await CensusWithSpareLinkAsync();
        var before = await RunInShellAsync("ip -brief link show spare; cat /sys/class/net/spare/mtu");
        var sandbox = await NewSandboxAsync();

        await sandbox.AddAsync(Cancellation);

        (await sandbox.LinkAsync("eth0", Cancellation)).Should().Match<LinkView>(
            link => link.Mtu == 1300 && link.Mac == "02:42:0a:5c:00:02");
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        await AssertComesBackAsync(sandbox, census);
        (await RunInShellAsync("ip -brief link show spare; cat /sys/class/net/spare/mtu")).Should().Be(before);
    }

    // The plugin leaves the link down, as it is when the test starts.
    private async Task<HostCensus> CensusWithSpareLinkAsync()
    {
        await RunInShellAsync(
            "ip link show spare 2> /dev/null || ip link add spare type veth peer name far; ip address replace 10.92.0.1/24 dev far; ip " +
            "link set far up");
        return await CensusAfterOneAttachmentAsync();
    }

    // The second DEL searches the link in the sandbox and fails: a limit of the plugin.
    private async Task AssertComesBackAsync(Sandbox sandbox, HostCensus census)
    {
        (await sandbox.DeleteAsync(Cancellation)).EnsureSuccess();
        (await sandbox.LinksAsync(Cancellation)).Select(link => link.Name).Should().Equal("lo");
        AssertRefused(await sandbox.DeleteAsync(Cancellation), "plugin \"host-device\" failed DEL");
        await sandbox.RemoveAsync(Cancellation);
        await AssertNothingIsLeftSinceAsync(census);
    }
}
