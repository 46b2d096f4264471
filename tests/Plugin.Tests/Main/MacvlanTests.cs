using Bridge.TestHosts;

namespace Bridge.Plugin.Tests.Main;

/// <summary>The stock plugin <c>macvlan</c>, on the cable to the neighbour.</summary>
public sealed class MacvlanTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    private const string Mac = "02:42:0a:c8:00:32";
    private const string Address = "10.200.0.50";

    private const string OnTheCable = $$"""
        {
          "type": "macvlan", "master": "uplink", "mode": "bridge", "mtu": 1400, "capabilities": { "mac": true },
          "ipam": { "type": "static", "addresses": [{ "address": "{{Address}}/24", "gateway": "{{TestHost.NeighbourAddress}}" }],
            "routes": [{ "dst": "0.0.0.0/0" }] }
        }
        """;

    [Fact]
    public async Task A_sandbox_on_the_hosts_own_link_has_the_requested_MAC_and_leaves_nothing()
    {
        await WriteNetworkAsync(OnTheCable);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation, capabilities: $$"""{ "mac": "{{Mac}}" }""");

        await sandbox.AssertHoldsAsync(result, Cancellation);
        (await sandbox.LinkAsync("eth0", Cancellation)).Should().Match<LinkView>(
            link => link.Kind == "macvlan" && link.Mac == Mac && link.Mtu == 1400);
        await using var inside = sandbox.Inside.ServePage(80, Page);
        (await Host.FromNeighbour.GetAsync(Address, 80, Cancellation)).Should().Be(Page);
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    public async Task CHECK_detects_a_removed_address()
    {
        await WriteNetworkAsync(OnTheCable);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();
        await sandbox.AddAsync(Cancellation);

        await sandbox.RunInShellAsync($"ip address delete {Address}/24 dev eth0", Cancellation);

        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"macvlan\" failed CHECK", Address);
        await AssertIsUndoneAsync(sandbox, census);
    }
}
