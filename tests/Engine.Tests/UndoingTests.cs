using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests;

/// <summary>What is left is told by the firewall and the store, not by what plugins say of their DEL.</summary>
[Plugin("bridge", "host-local", "firewall", "loopback")]
public sealed class UndoingTests(UndoingHost engine) : DirectAttachTest(engine), IClassFixture<UndoingHost>
{
    private static readonly TimeSpan BackgroundPatience = TimeSpan.FromSeconds(60);

    [Fact(Timeout = Patience)]
    public async Task Of_a_container_with_two_masqueraded_addresses_no_rule_is_left()
    {
        await DockerAsync("run", "--rm", "--network", UndoingHost.Two, Image, "true");
        var census = await Host.CensusAsync(Cancellation);

        await DockerAsync("run", "--detach", "--name", "web", "--network", UndoingHost.Two, Image, "sleep", "600");
        (await RulesAsync()).Should().Contain("10.93.0.").And.Contain("10.93.5.");
        await DockerAsync("rm", "--force", "web");

        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
        (await RulesAsync()).Should().NotContain("10.93.");
    }

    [Fact(Timeout = Patience)]
    public async Task Nor_when_they_were_attached_in_the_sandbox()
    {
        await AttachAsync("web", UndoingHost.TwoInside);
        (await RulesAsync()).Should().Contain("10.93.0.").And.Contain("10.93.5.");

        await DockerAsync("rm", "--force", "web");

        await AssertNoRuleIsLeftAsync("10.93.");
    }

    [Theory(Timeout = Patience)]
    [InlineData("ip addr flush dev")]
    [InlineData("ip link set down dev")]
    [InlineData("ip link del dev")]
    public async Task Whatever_the_container_did_to_its_interface_in_the_sandbox_the_rules_go(string change)
    {
        await AttachAsync("web", UndoingHost.Inside, "--cap-add", "NET_ADMIN");
        (await RulesAsync()).Should().Contain("10.94.0.");

        await ExecAsync("web", "sh", "-c", $"{change} {FirstInterface}");
        await DockerAsync("rm", "--force", "web");

        await AssertNoRuleIsLeftAsync("10.94.");
    }

    [Fact(Timeout = Patience)]
    public async Task The_loopback_of_a_container_that_lives_on_stays_up()
    {
        await DockerAsync(["run", "--detach", "--name", "web", "--network", InternalNetwork, Image, .. WebServer]);
        await DockerAsync("network", "connect", UndoingHost.Inside, "web");

        await DockerAsync("network", "disconnect", UndoingHost.Inside, "web");

        (await ExecAsync("web", "ip", "-o", "link", "show", "dev", "lo")).Should().Contain("LOWER_UP");
        (await ExecAsync("web", "wget", "-qO-", "http://127.0.0.1/")).Should().Be(Page.TrimEnd());
        await AssertNoRuleIsLeftAsync("10.94.");
    }

    private Task<string> RulesAsync() => RunInShellAsync("iptables-save; nft list ruleset");

    private async Task AssertNoRuleIsLeftAsync(string address)
    {
        await Eventually.IsTrueAsync(async _ => !(await RulesAsync()).Contains(address, StringComparison.Ordinal), BackgroundPatience, Cancellation);
        (await RulesAsync()).Should().NotContain(address);
        (await Host.BridgeAsync(["status"], Cancellation)).EnsureSuccess().Output.Should().NotContain("clean-up");
    }
}
