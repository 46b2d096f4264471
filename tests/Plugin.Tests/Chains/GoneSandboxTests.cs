namespace Bridge.Plugin.Tests.Chains;

/// <summary>DEL after the namespace is gone: what remains on the host, plugin by plugin.</summary>
public sealed class GoneSandboxTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    [Theory]
    [InlineData(Plugins.PlainBridge)]
    [InlineData(
        """{ "type": "macvlan", "master": "uplink", "ipam": { "type": "static", "addresses": [{ "address": "10.200.0.50/24" }] } }""")]
    [InlineData("""{ "type": "loopback" }""")]
    [InlineData(Plugins.PlainBridge, Plugins.Portmap, Plugins.Firewall, Plugins.Bandwidth)]
    public async Task These_plugins_leave_nothing(params string[] plugins)
    {
        await WriteNetworkAsync(plugins);
        var census = await CensusAfterOneAttachmentAsync(Plugins.Port);
        var sandbox = await NewSandboxAsync();
        await sandbox.AddAsync(Cancellation, Plugins.Port);

        await sandbox.RemoveAsync(Cancellation);

        (await sandbox.DeleteAsync(Cancellation)).EnsureSuccess();
        await AssertNothingIsLeftSinceAsync(census);
    }

    // DEL removes it only if there is a namespace to search for the link. https://github.com/containernetworking/plugins/issues/810
    [Theory]
    [InlineData(Plugins.MasqueradingBridge)]
    [InlineData($$"""{ "type": "ptp", "ipMasq": true, "ipam": {{Plugins.HostLocal}} }""")]
    public async Task Only_iptables_masquerade_rules_remain(string plugin)
    {
        await WriteNetworkAsync(plugin);
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();
        await sandbox.AddAsync(Cancellation);

        await sandbox.RemoveAsync(Cancellation);

        (await sandbox.DeleteAsync(Cancellation)).EnsureSuccess();
        var left = (await Host.CensusAsync(Cancellation)).Since(census);
        left.Should().NotBeEmpty().And.OnlyContain(
            line => line.StartsWith("+ iptables-save nat: ", StringComparison.Ordinal)
                || line.StartsWith("+ nft ip nat ", StringComparison.Ordinal));
        left.Should().OnlyContain(line => line.Contains("CNI-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_state_of_tuning_for_its_DEL_remains()
    {
        await WriteNetworkAsync(Plugins.PlainBridge, """{ "type": "tuning", "mtu": 1300 }""");
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();
        await sandbox.AddAsync(Cancellation);

        await sandbox.RemoveAsync(Cancellation);

        (await sandbox.DeleteAsync(Cancellation)).EnsureSuccess();
        (await Host.CensusAsync(Cancellation)).Since(census).Should().ContainSingle().Which.Should().MatchRegex(
            "^[+] file: /run/cni/tuning/cnitool-[0-9a-f]+_eth0[.]json$");
    }

    [Fact]
    public async Task Sbr_refuses_DEL_until_a_namespace_has_the_interface_again()
    {
        await WriteNetworkAsync(Plugins.PlainBridge, """{ "type": "sbr" }""");
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();
        await sandbox.AddAsync(Cancellation);

        await sandbox.RemoveAsync(Cancellation);

        AssertRefused(await sandbox.DeleteAsync(Cancellation), "plugin \"sbr\" failed DEL", sandbox.Path);
        File.Exists(Host.PathOf(sandbox.Path)).Should().BeTrue("it made a file where the namespace had been");
        File.Delete(Host.PathOf(sandbox.Path));
        await sandbox.MakeAsync(Cancellation);
        await sandbox.RunInShellAsync("ip link add eth0 type veth peer name other", Cancellation);
        await AssertIsDetachedAsync(sandbox);
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Fact]
    public async Task Host_device_refuses_DEL()
    {
        await RunInShellAsync("ip link add spare type veth peer name far");
        await WriteNetworkAsync(
            """{ "type": "host-device", "device": "spare", "ipam": { "type": "static", "addresses": [{ "address": "10.92.0.2/24" }] } }""");
        var sandbox = await NewSandboxAsync();
        await sandbox.AddAsync(Cancellation);

        await sandbox.RemoveAsync(Cancellation);

        AssertRefused(await sandbox.DeleteAsync(Cancellation), "plugin \"host-device\" failed DEL", sandbox.Path);
    }

    private static async Task AssertIsDetachedAsync(Sandbox sandbox)
    {
        (await sandbox.DeleteAsync(Cancellation)).EnsureSuccess();
        (await sandbox.LinksAsync(Cancellation)).Select(link => link.Name).Should().Equal("lo");
        await sandbox.RemoveAsync(Cancellation);
    }
}
