namespace Bridge.Plugin.Tests.Verbs;

/// <summary>STATUS and VERSION, before there is an attachment.</summary>
public sealed class StatusTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    private const string WithoutIpam = """{ "type": "bridge", "bridge": "cni0", "ipam": { "type": "not-installed" } }""";

    [Fact]
    public async Task STATUS_of_a_healthy_chain_succeeds_and_changes_nothing()
    {
        await WriteNetworkAsync(Plugins.MasqueradingBridge, Plugins.Portmap, Plugins.Firewall, Plugins.Bandwidth);
        var census = await Host.CensusAsync(Cancellation);

        (await CniAsync("status")).EnsureSuccess();

        await AssertNothingIsLeftSinceAsync(census);
    }

    [Fact]
    public async Task STATUS_reports_a_missing_IPAM_plugin()
    {
        RequireNewPlugins("STATUS");
        await WriteNetworkAsync(WithoutIpam);

        AssertRefused(await CniAsync("status"), "plugin \"bridge\" failed STATUS", "not-installed");
    }

    [Fact]
    public async Task STATUS_before_version_1_1_0_runs_nothing()
    {
        await WriteNetworkAsync("1.0.0", [WithoutIpam]);

        (await CniAsync("status")).EnsureSuccess();
    }

    [Fact]
    public async Task Every_stock_plugin_supports_the_networks_version()
    {
        await WriteNetworkAsync(
            Plugins.PlainBridge, Plugins.Portmap, Plugins.Firewall, Plugins.Bandwidth, """{ "type": "tuning" }""", """{ "type": "sbr" }""");

        (await CniAsync("validate")).EnsureSuccess();
    }

    [Fact]
    public async Task An_unsupported_version_is_refused_before_anything_is_made()
    {
        Assert.SkipWhen(PluginHost.HasNewPlugins, "plugin: these speak every version there is");
        await WriteNetworkAsync("1.1.0", [Plugins.PlainBridge, Plugins.Portmap]);
        var sandbox = await NewSandboxAsync();
        var census = await Host.CensusAsync(Cancellation);

        AssertRefused(await CniAsync("validate"), "bridge", "1.1.0", "1.0.0");
        AssertRefused(await sandbox.TryAddAsync(Cancellation), "plugin \"bridge\"", "1.1.0", "1.0.0");

        (await sandbox.LinksAsync(Cancellation)).Select(link => link.Name).Should().Equal("lo");
        await AssertNothingIsLeftSinceAsync(census);
    }
}
