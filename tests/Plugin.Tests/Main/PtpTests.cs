using Bridge.TestHosts;

namespace Bridge.Plugin.Tests.Main;

/// <summary>The stock plugin <c>ptp</c>.</summary>
public sealed class PtpTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    private const string PointToPoint = $$"""{ "type": "ptp", "ipMasq": true, "mtu": 1400, "ipam": {{Plugins.HostLocal}} }""";

    [Fact]
    public async Task A_sandbox_at_the_end_of_a_veth_is_routed_to_and_leaves_nothing()
    {
        await WriteNetworkAsync(PointToPoint);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation);

        await sandbox.AssertHoldsAsync(result, Cancellation);
        (await sandbox.LinkAsync("eth0", Cancellation)).Should().Match<LinkView>(link => link.Kind == "veth" && link.Mtu == 1400);
        (await RunInShellAsync($"ip route get {result.Ips[0].Address}")).Should().Contain($"dev {result.Interfaces[0].Name}");
        await using var outside = Host.FromNeighbour.ServePage(80, Page);
        (await sandbox.Inside.GetAsync(TestHost.NeighbourAddress, 80, Cancellation)).Should().Be(Page);
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    public async Task CHECK_detects_a_removed_route()
    {
        await WriteNetworkAsync(PointToPoint);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();
        await sandbox.AddAsync(Cancellation);

        await sandbox.RunInShellAsync("ip route delete default", Cancellation);

        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"ptp\" failed CHECK", "0.0.0.0", "not found in routing table");
        await AssertIsUndoneAsync(sandbox, census);
    }
}
