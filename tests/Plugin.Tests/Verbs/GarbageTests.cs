using Bridge.TestHosts;
using CniInvoker;

namespace Bridge.Plugin.Tests.Verbs;

/// <summary>GC: removes stored attachments outside the list, and keeps those in it.</summary>
public sealed class GarbageTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    [Fact]
    public async Task GC_keeps_the_listed_attachment_whole_and_removes_the_other()
    {
        await WriteNetworkAsync(Plugins.MasqueradingBridge, Plugins.Portmap, Plugins.Firewall, Plugins.Bandwidth);
        var living = await NewSandboxAsync();
        var result = await living.AddAsync(Cancellation, PortOf(8080));
        await CensusAfterOneAttachmentAsync(PortOf(8081));
        var census = await Host.CensusAsync(Cancellation);
        var stale = await NewSandboxAsync();
        await stale.AddAsync(Cancellation, PortOf(8081));

        (await CniAsync("gc", "--keep", OwnerOf(result))).EnsureSuccess();

        (await stale.LinksAsync(Cancellation)).Select(link => link.Name).Should().Equal("lo");
        await stale.RemoveAsync(Cancellation);
        await AssertNothingIsLeftSinceAsync(census);
        await living.AssertHoldsAsync(result, Cancellation);
        await using var inside = living.Inside.ServePage(80, Page);
        await using var outside = Host.FromNeighbour.ServePage(80, Page);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await living.Inside.GetAsync(TestHost.NeighbourAddress, 80, Cancellation)).Should().Be(Page);
        (await living.DeleteAsync(Cancellation)).EnsureSuccess();
    }

    // The plugins answer GC and do nothing; only the DELs of stored attachments free something.
    // https://github.com/containernetworking/plugins/issues/1047
    [Fact]
    public async Task Stock_plugins_do_not_free_attachments_without_a_record()
    {
        RequireNewPlugins("GC");
        await WriteNetworkAsync(Plugins.PlainBridge);
        var living = await NewSandboxAsync();
        var result = await living.AddAsync(Cancellation);
        var ghost = Host.PathOf($"/var/lib/cni/networks/{Network}/10.90.0.200");
        await File.WriteAllTextAsync(ghost, "ghost\r\neth0", Cancellation);
        var census = await Host.CensusAsync(Cancellation);

        (await CniAsync("gc", "--keep", OwnerOf(result))).EnsureSuccess();

        await AssertNothingIsLeftSinceAsync(census);
        File.Delete(ghost);
        (await living.DeleteAsync(Cancellation)).EnsureSuccess();
    }

    [Theory]
    [InlineData(Plugins.MasqueradingBridge, Plugins.Portmap, Plugins.Firewall, Plugins.Bandwidth, """{ "type": "tuning" }""",
        """{ "type": "sbr" }""")]
    [InlineData($$"""{ "type": "ptp", "ipMasq": true, "ipam": {{Plugins.HostLocal}} }""")]
    [InlineData("""{ "type": "macvlan", "master": "uplink", "ipam": { "type": "static" } }""")]
    [InlineData("""{ "type": "macvlan", "master": "uplink", "ipam": { "type": "dhcp" } }""")]
    [InlineData("""{ "type": "host-device", "device": "uplink" }""")]
    [InlineData($$"""{ "type": "tap", "ipam": {{Plugins.HostLocal}} }""")]
    [InlineData("""{ "type": "loopback" }""")]
    public async Task Every_stock_plugin_answers_GC_and_STATUS(params string[] plugins)
    {
        RequireNewPlugins("GC");
        await WriteNetworkAsync(plugins);

        (await CniAsync("gc", "--force")).EnsureSuccess();
        (await CniAsync("status")).EnsureSuccess();
    }

    private static string PortOf(int hostPort) => Plugins.Port.Replace("8080", $"{hostPort}", StringComparison.Ordinal);

    // The container ID is derived from the namespace's path; host-local's store contains it.
    private string OwnerOf(CniResult result) =>
        File.ReadAllText(Host.PathOf($"/var/lib/cni/networks/{Network}/{result.Ips[0].Address}")).Split("\r\n")[0];
}
