using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests;

/// <summary>What remains is read from the firewall and the store, not from the plugins' answers to DEL.</summary>
[Plugin("bridge", "host-local", "firewall", "loopback")]
public sealed class CleanupTests(CleanupHost engine) : DirectAttachTest(engine), IClassFixture<CleanupHost>
{
    private const string Beside =
        "Plugins for the container's own namespace: rules and further interfaces, without `-o cni.attach=sandbox`";

    private static readonly TimeSpan BackgroundPatience = TimeSpan.FromSeconds(60);

    [Feature("Nothing is left: two masqueraded addresses of one container")]
    [Fact]
    public async Task A_container_with_two_masqueraded_addresses_leaves_no_rule()
    {
        await DockerAsync("run", "--rm", "--network", CleanupHost.Two, Image, "true");
        var census = await Host.CensusAsync(Cancellation);

        await DockerAsync("run", "--detach", "--name", "web", "--network", CleanupHost.Two, Image, "sleep", "600");
        (await RulesAsync()).Should().Contain("10.93.0.").And.Contain("10.93.5.");
        await DockerAsync("rm", "--force", "web");

        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
        (await RulesAsync()).Should().NotContain("10.93.");
    }

    [Feature("Nothing is left: two masqueraded addresses of one container")]
    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): nothing is left")]
    [Fact]
    public async Task A_container_with_two_masqueraded_addresses_leaves_no_rule_when_attached_in_the_sandbox()
    {
        await AttachAsync("web", CleanupHost.TwoInside);
        (await RulesAsync()).Should().Contain("10.93.0.").And.Contain("10.93.5.");

        await DockerAsync("rm", "--force", "web");

        await AssertNoRuleIsLeftAsync("10.93.");
    }

    [Feature("Nothing is left: a plugin takes the interface away")]
    [Theory]
    [InlineData("fails", false)]
    [InlineData("renames", false)]
    [InlineData("adds", false)]
    [InlineData("deletes", true)]
    public async Task Rules_are_removed_when_a_plugin_removes_the_interface_before_the_other_DELs(string network, bool runs)
    {
        await TryDockerAsync("run", "--rm", "--network", network, Image, "true");
        var census = await Host.CensusAsync(Cancellation);

        (await TryDockerAsync("run", "--rm", "--network", network, Image, "true")).ExitCode.Should().Be(runs ? 0 : 125);

        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
        (await RulesAsync()).Should().NotContain($"\\\"{network}\\\"");
    }

    [Feature("Nothing is left: a plugin takes the interface away")]
    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): nothing is left")]
    [Theory]
    [InlineData("fails-inside", "10.96.0.")]
    [InlineData("fails-inside-reserved", "10.96.0.")]
    [InlineData("renames-inside", "10.99.0.")]
    [InlineData("renames-inside-reserved", "10.99.0.")]
    public async Task Rules_are_removed_when_a_plugin_removes_the_interface_in_the_sandbox(string network, string addresses)
    {
        await DockerAsync(["run", "--detach", "--name", "web", "--network", InternalNetwork, Image, .. WebServer]);
        await TryDockerAsync("network", "connect", network, "web");
        await AssertNoRuleIsLeftAsync(addresses);
        var census = await Host.CensusAsync(Cancellation);

        var connect = await TryDockerAsync("network", "connect", network, "web");

        connect.StandardError.Should().Contain("the quarry is shut");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
        await AssertNoRuleIsLeftAsync(addresses);
        (await ExecAsync("web", "ip", "-o", "link")).Should().NotContain("odd0");
        await DockerAsync("rm", "--force", "web");
    }

    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): nothing is left")]
    [Theory]
    [InlineData("ip addr flush dev")]
    [InlineData("ip link set down dev")]
    [InlineData("ip link del dev")]
    public async Task Rules_are_removed_whatever_the_container_did_to_its_interface(string change)
    {
        await AttachAsync("web", CleanupHost.Inside, "--cap-add", "NET_ADMIN");
        (await RulesAsync()).Should().Contain("10.94.0.");

        await ExecAsync("web", "sh", "-c", $"{change} {FirstInterface}");
        await DockerAsync("rm", "--force", "web");

        await AssertNoRuleIsLeftAsync("10.94.");
    }

    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): nothing is left")]
    [Fact]
    public async Task The_loopback_of_a_container_that_lives_on_stays_up()
    {
        await DockerAsync(["run", "--detach", "--name", "web", "--network", InternalNetwork, Image, .. WebServer]);
        await DockerAsync("network", "connect", CleanupHost.Inside, "web");

        await DockerAsync("network", "disconnect", CleanupHost.Inside, "web");

        (await ExecAsync("web", "ip", "-o", "link", "show", "dev", "lo")).Should().Contain("LOWER_UP");
        (await ExecAsync("web", "wget", "-qO-", "http://127.0.0.1/")).Should().Be(Page.TrimEnd());
        await AssertNoRuleIsLeftAsync("10.94.");
    }

    [Feature(Beside, Not = "only the interface can be carried into the container; `-o cni.attach=sandbox` or `sandboxPlugins` is the way")]
    [Fact]
    public async Task Rules_in_the_container_are_refused_where_they_would_be_lost_and_nothing_is_left()
    {
        await TryDockerAsync("run", "--rm", "--network", CleanupHost.Mesh, Image, "true");
        var census = await Host.CensusAsync(Cancellation);

        var run = await TryDockerAsync("run", "--rm", "--network", CleanupHost.Mesh, Image, "true");

        run.ExitCode.Should().NotBe(0);
        run.StandardError.Should().Contain("nftables table mesh").And.Contain("cni.attach=sandbox").And.Contain("sandboxPlugins");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): rules and further interfaces in the container")]
    [Fact]
    public async Task Rules_in_the_container_work_when_attached_in_the_sandbox()
    {
        await AttachAsync("web", CleanupHost.MeshInside);

        var sandbox = await DockerAsync("inspect", "--format", "{{.NetworkSettings.SandboxKey}}", "web");
        (await RunInShellAsync($"nsenter --net={sandbox.Trim()} nft list ruleset")).Should().Contain("table inet mesh");
    }

    private Task<string> RulesAsync() => RunInShellAsync("iptables-save; nft list ruleset");

    private async Task AssertNoRuleIsLeftAsync(string address)
    {
        await Eventually.IsTrueAsync(
            async _ => !(await RulesAsync()).Contains(address, StringComparison.Ordinal), BackgroundPatience, Cancellation);
        (await RulesAsync()).Should().NotContain(address);
        (await Host.BridgeAsync(["status"], Cancellation)).EnsureSuccess().Output.Should().NotContain("clean-up");
    }
}
