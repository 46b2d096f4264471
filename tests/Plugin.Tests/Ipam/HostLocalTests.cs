namespace Bridge.Plugin.Tests.Ipam;

/// <summary>The stock IPAM plugin <c>host-local</c>, for <c>bridge</c>.</summary>
public sealed class HostLocalTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    private const string Store = $"/var/lib/cni/networks/{Network}";

    private const string FromRequests = """
        { "type": "bridge", "bridge": "cni0", "isGateway": true, "capabilities": { "ips": true }, "ipam": { "type": "host-local",
          "ranges": [[{ "subnet": "10.90.0.0/24" }]] } }
        """;

    private const string OfOneAddress = """
        { "type": "bridge", "bridge": "cni1", "ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.90.0.0/24",
          "rangeStart": "10.90.0.9", "rangeEnd": "10.90.0.9" }]] } }
        """;

    [Theory]
    [InlineData("""{ "ips": ["10.90.0.77"] }""", null)]
    [InlineData(null, "IP=10.90.0.77")]
    public async Task A_requested_address_is_reserved_for_the_sandbox_until_DEL(string? capabilities, string? arguments)
    {
        await WriteNetworkAsync(FromRequests);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation, capabilities, arguments);

        await sandbox.AssertHoldsAsync(result, Cancellation);
        result.Ips.Should().ContainSingle().Which.Should().Match<CniInvoker.CniIp>(
            ip => $"{ip.Address}/{ip.PrefixLength}" == "10.90.0.77/24" && $"{ip.Gateway}" == Gateway);
        (await RunInShellAsync($"cat {Store}/10.90.0.77")).Should().MatchRegex("^[a-zA-Z0-9_.-]+\r\neth0$");
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    public async Task CHECK_detects_a_removed_reservation()
    {
        await WriteNetworkAsync(FromRequests);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();
        var result = await sandbox.AddAsync(Cancellation);

        File.Delete(Host.PathOf($"{Store}/{result.Ips[0].Address}"));

        AssertRefused(await sandbox.CheckAsync(Cancellation), "host-local", "Failed to find address added by container");
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    public async Task ADD_without_a_free_address_reports_it_and_leaves_nothing()
    {
        await WriteNetworkAsync(OfOneAddress);
        var census = await CensusAfterOneAttachmentAsync();
        var first = await NewSandboxAsync();
        await first.AddAsync(Cancellation);
        var second = await NewSandboxAsync();
        var full = await Host.CensusAsync(Cancellation);

        AssertRefused(await second.TryAddAsync(Cancellation), "plugin \"bridge\" failed ADD",
            "no IP addresses available in range set: 10.90.0.9-10.90.0.9");

        (await second.LinksAsync(Cancellation)).Select(link => link.Name).Should().Equal("lo");
        await AssertNothingIsLeftSinceAsync(full);
        await second.RemoveAsync(Cancellation);
        await AssertIsUndoneAsync(first, census);
    }
}
