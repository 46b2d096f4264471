using Bridge.TestHosts;

namespace Bridge.Plugin.Tests.Chains;

/// <summary>Addresses of both families, on a host and beside a neighbour that have both too.</summary>
public sealed class DualStackTests(DualStackTests.DualStackHost fixture) : PluginTest(fixture), IClassFixture<DualStackTests.DualStackHost>
{
    private const string Address6 = "fd00:200::1";

    private const string Bridge =
        $$"""{ "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "ipam": {{Plugins.DualStackHostLocal}} }""";

    [Fact]
    public async Task A_sandbox_is_reached_over_both_families_and_leaves_nothing_in_either()
    {
        await WriteNetworkAsync(Bridge, Plugins.Portmap, Plugins.Firewall);
        var census = await CensusAfterOneAttachmentAsync(Plugins.Port);
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation, Plugins.Port);

        await sandbox.AssertHoldsAsync(result, Cancellation);
        result.Ips.Should().HaveCount(2);
        var overV6 = result.Ips[1].Address;
        await using var inside = sandbox.Inside.ServePage(80, Page);
        await using var insideOverV6 = sandbox.Inside.ServePage(80, Page, overV6);
        (await Host.FromHost.GetAsync($"{overV6}", 80, Cancellation)).Should().Be(Page);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.FromNeighbour.GetAsync(Address6, 8080, Cancellation)).Should().Be(Page);
        (await RunInShellAsync("ip6tables -S CNI-FORWARD")).Should().Contain($"{overV6}");
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    public async Task CHECK_detects_a_missing_address_of_one_family()
    {
        await WriteNetworkAsync(Bridge);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();
        var result = await sandbox.AddAsync(Cancellation);
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        var address = $"{result.Ips[1].Address}/{result.Ips[1].PrefixLength}";

        await sandbox.RunInShellAsync($"ip address delete {address} dev eth0", Cancellation);

        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"bridge\" failed CHECK", address);
        // DEL searches there for the masquerade rules.
        await sandbox.RunInShellAsync($"ip address add {address} dev eth0", Cancellation);
        await AssertIsUndoneAsync(sandbox, census);
    }

    public sealed class DualStackHost : PluginHost
    {
        protected override async Task FurnishAsync(CancellationToken cancellationToken)
        {
            (await Host.RunAsync(["ip", "address", "add", $"{Address6}/64", "dev", "uplink", "nodad"], cancellationToken)).EnsureSuccess();
            (await Host.RunAtNeighbourAsync(
                ["ip", "address", "add", "fd00:200::2/64", "dev", "uplink", "nodad"], cancellationToken)).EnsureSuccess();
        }
    }
}
