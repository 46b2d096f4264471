namespace Bridge.Plugin.Tests.Ipam;

/// <summary>The stock IPAM plugin <c>static</c>, for <c>bridge</c>.</summary>
public sealed class StaticTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    [Fact]
    public async Task The_addresses_routes_and_name_servers_are_those_of_the_configuration()
    {
        await WriteNetworkAsync("""
            {
              "type": "bridge", "bridge": "cni0", "isGateway": true,
              "ipam": {
                "type": "static", "addresses": [{ "address": "10.90.0.5/24", "gateway": "10.90.0.1" }, { "address": "fd00:90::5/64",
                  "gateway": "fd00:90::1" }],
                "routes": [{ "dst": "0.0.0.0/0" }, { "dst": "198.51.100.0/24", "gw": "10.90.0.254" }, { "dst": "::/0" }],
                "dns": { "nameservers": ["10.90.0.53"], "search": ["tested.example"] }
              }
            }
            """);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation);

        await sandbox.AssertHoldsAsync(result, Cancellation);
        (await sandbox.LinkAsync("eth0", Cancellation)).Addresses.Should().BeEquivalentTo("10.90.0.5/24", "fd00:90::5/64");
        (await sandbox.RoutesAsync(Cancellation)).Should().Contain(
            ["default via 10.90.0.1", "198.51.100.0/24 via 10.90.0.254", "default via fd00:90::1"]);
        // Before, bridge replaced the settings of its IPAM plugin with its own, also with empty ones.
        result.Dns.Nameservers.Should().Equal(PluginHost.HasNewPlugins ? ["10.90.0.53"] : []);
        result.Dns.Search.Should().Equal(PluginHost.HasNewPlugins ? ["tested.example"] : []);
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    public async Task Addresses_may_come_with_the_request_and_CHECK_detects_a_removed_one()
    {
        await WriteNetworkAsync(
            """{ "type": "bridge", "bridge": "cni1", "capabilities": { "ips": true }, "ipam": { "type": "static" } }""");
        const string request = """{ "ips": ["10.90.0.6/24"] }""";
        var census = await CensusAfterOneAttachmentAsync(request);
        var sandbox = await NewSandboxAsync();
        await sandbox.AddAsync(Cancellation, request);
        (await sandbox.LinkAsync("eth0", Cancellation)).Addresses.Should().Equal("10.90.0.6/24");
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();

        await sandbox.RunInShellAsync("ip address delete 10.90.0.6/24 dev eth0", Cancellation);

        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"bridge\" failed CHECK", "10.90.0.6");
        await AssertIsUndoneAsync(sandbox, census);
    }
}
