namespace Bridge.Adapter.Tests.Cli.Cni;

/// <summary>What the commands call failed is failed in the end, and through no fault of a plugin's own.</summary>
public sealed class OutcomeTests : IDisposable
{
    // As the stock bridge: its link goes first, and the rules that it then misses are asked for only where there was a link.
    private const string TakesTheLinkAndFails = "[ -e link ] || exit 0\nrm link\n";

    private readonly CniHost _host = new CniHost().WithSandbox();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_clean_up_that_succeeds_the_second_time_leaves_nothing_and_is_not_reported()
    {
        var cd = $"cd '{_host.Records}'\n";
        _host.WithNetwork("pods", "1.0.0", "first", "second")
            .WithPlugin("first", add: $"{cd}touch link\n{CniHost.Print(CniHost.Result)}",
                delete: cd + TakesTheLinkAndFails + CniHost.Fail(100, "no such rule"))
            .WithPlugin("second", add: CniHost.Fail(100, "cannot"));

        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(1);

        _host.Error.Should().Contain("cannot").And.NotContain("no such rule").And.NotContain("clean-up failed");
        ((string?)_host.Json["details"]).Should().BeNull();
        (await _host.RunAsync(["list"], Cancellation)).Should().Be(0);
        _host.Json["attachments"]!.AsArray().Should().BeEmpty();
    }

    [Fact]
    public async Task A_clean_up_that_succeeds_the_second_time_and_leaves_an_address_is_reported()
    {
        var store = _host.PathOf("store");
        var cd = $"cd '{_host.Records}'\n";
        _host.WithFile(
            "pods.conflist",
            $$"""{"cniVersion":"1.0.0","name":"pods","plugins":[{"type":"first","ipam":""" +
            $$"""{"type":"host-local","dataDir":"{{store}}"} },{"type":"second"}]}""")
            .WithPlugin(
                "first", add: $"{cd}touch link\nmkdir -p '{store}/pods'\nprintf $CNI_CONTAINERID > '{store}/pods/10.1.0.2'\n{CniHost.Print(
                    CniHost.Result)}", delete: cd + TakesTheLinkAndFails + CniHost.Fail(100, "no such rule"))
            .WithPlugin("second", add: CniHost.Fail(100, "cannot"))
            .WithPlugin("host-local");

        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(1);

        ((string?)_host.Json["msg"]).Should().Be("cannot");
        ((string?)_host.Json["details"]).Should().StartWith("The clean-up failed too: ").And.EndWith(
            $"but this remains: address 10.1.0.2 in {store}/pods (code 999).");
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(
        "ip -n $(basename $CNI_NETNS) link add $CNI_IFNAME type dummy 2>/dev/null || nsenter --net=$CNI_NETNS ip link add $CNI_IFNAME " +
        "type veth peer name other\n", 1)]
    public async Task A_plugin_that_refuses_its_configuration_gets_no_endless_DEL(string made, int remembered)
    {
        _host.WithFile("pods.conflist", """{"cniVersion":"1.0.0","name":"pods","plugins":[{"type":"bridge","mtu":"mistake"}]}""")
            .WithPlugin("bridge", add: made + CniHost.Fail(7, "bad configuration"), delete: CniHost.Fail(7, "bad configuration"));

        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(1);

        _host.Error.Contains("The clean-up failed too", StringComparison.Ordinal).Should().Be(remembered > 0, _host.Error);
        (await _host.RunAsync(["list"], Cancellation)).Should().Be(0);
        _host.Json["attachments"]!.AsArray().Should().HaveCount(remembered);
    }

    [Theory]
    [InlineData("0.3.1", "", "no plugin was asked: cniVersion 0.3.1 has no CHECK, which needs 0.4.0 or later")]
    [InlineData("1.0.0", "\"disableCheck\":true,", "no plugin was asked: its configuration sets disableCheck")]
    public async Task A_network_that_has_no_CHECK_is_skipped_and_not_failed(string version, string more, string reason)
    {
        _host.WithFile("pods.conflist", $$"""{"cniVersion":"{{version}}","name":"pods",{{more}}"plugins":[{"type":"first"}]}""")
            .WithPlugin("first", add: CniHost.Print("""{"cniVersion":"0.3.1","ips":[{"version":"4","address":"10.1.0.2/16"}]}"""),
                check: CniHost.Fail(100, "asked"));
        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(0);

        (await _host.RunAsync(["check", "pods", _host.Sandbox], Cancellation)).Should().Be(0);

        _host.Output.Should().BeEmpty();
        _host.Error.Should().Be($"Skipped, {reason}.\n");
    }

    [Theory]
    [InlineData("", "no plugin name provided", 0)]
    [InlineData("\"ipam\":{\"type\":\"host-local\",\"subnet\":\"10.1.0.0/16\"},", "no plugin name provided", 1)]
    [InlineData("", "Bridge interface cni0 Mac doesn't match: 02:00:00:00:00:01", 0)]
    [InlineData("\"bridge\":\"br7\",", "Bridge interface br7 Mac doesn't match: 02:00:00:00:00:01", 0)]
    [InlineData("", "Interface eth0 Mac doesn't match: 02:00:00:00:00:01", 1)]
    [InlineData("", "container interface eth0 is missing", 1)]
    public async Task Only_the_known_fault_of_the_stock_bridge_plugin_is_reported_as_such(string section, string msg, int exitCode)
    {
        _host.WithFile("pods.conflist", $$"""{"cniVersion":"1.0.0","name":"pods","plugins":[{{{section}}"type":"bridge"}]}""").WithPlugin(
            "bridge", check: CniHost.Fail(999, msg)).WithPlugin("host-local");
        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(0);

        (await _host.RunAsync(["check", "pods", _host.Sandbox], Cancellation)).Should().Be(exitCode);

        _host.Error.Contains("a known fault of plugin bridge", StringComparison.Ordinal).Should().Be(exitCode == 0, _host.Error);
    }
}
