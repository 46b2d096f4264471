using System.Text.Json.Nodes;
using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary><c>cnm-cni test</c> on networks of every kind, with a firewall in the way, and killed in the middle.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class NetworkTrialTests(TrialHost engine) : EngineTest(engine), IClassFixture<TrialHost>
{
    private const string Trial = "Networks: `cnm-cni test`";
    private const string TestLink = "cnm-cni-test";

    private static readonly string[] Members = ["container 1", "container 2", "pod"];

    [Feature(Trial)]
    [Fact]
    public async Task On_a_sound_host_all_is_reached_and_nothing_is_left()
    {
        await DockerAsync(["run", "--detach", "--name", "bystander", "--network", Network, "--publish", "8080:80", Image, .. WebServer]);
        var census = await CensusAfterOneContainerAsync("--publish", "80");

        var run = await Host.BridgeAsync(["test", Network], Cancellation);

        run.ExitCode.Should().Be(0, run.ToString());
        run.Output.Should().EndWith("All is reached: 23 of 23.").And.Contain("gateway 10.200.0.2").And.Contain("1450   1450");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page, "the test disturbs nobody");
        await AssertNoTraceAsync();
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature(Trial)]
    [Fact]
    public async Task Both_families_are_tried_where_the_network_has_both()
    {
        var report = await TestAsync(TrialHost.Dual);

        foreach (var family in (string[])["IPv4", "IPv6"])
            Reached(report, family).Should().BeEquivalentTo(
                [.. EveryMember, .. Published, .. Outside, .. ContainerNames, .. family == "IPv4" ? OutsideNames : []]);

        Sizes(report).Should().BeEquivalentTo(
            "IPv4 container 2 1500 1500", "IPv4 pod 1500 1500", "IPv6 container 2 1500 1500", "IPv6 pod 1500 1500");
    }

    [Feature(Trial)]
    [Fact]
    public async Task A_network_of_IPv6_alone_is_tried_as_far_as_the_engine_goes()
    {
        var report = await TestAsync(TrialHost.Six);

        var withNames = Host.Engine >= EngineVersion.V28;
        Reached(report, "IPv6").Should().BeEquivalentTo(
            [.. EveryMember, .. Published, .. Outside, .. withNames ? ContainerNames.Concat(OutsideNames) : []]);
    }

    [Feature(Trial)]
    [Fact]
    public async Task A_network_that_is_attached_in_the_sandbox_is_tried_on_every_engine()
    {
        await TestAsync(TrialHost.Direct);
        var census = await Host.CensusAsync(Cancellation);

        var report = await TestAsync(TrialHost.Direct);

        // Docker does not learn the address there, and so has no name for it.
        Reached(report, "IPv4").Should().BeEquivalentTo([.. EveryMember, .. Published, .. Outside, .. OutsideNames]);
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature(Trial)]
    [Fact]
    public async Task What_a_network_does_not_have_is_not_tried_and_said()
    {
        var inner = await Host.BridgeAsync(["test", TrialHost.Inner], Cancellation);
        var gateless = await Host.BridgeAsync(["test", TrialHost.Gateless], Cancellation);

        inner.ExitCode.Should().Be(0, inner.ToString());
        inner.Output.Should().Contain("IPv4 to published port from host, another host: the network is internal")
            .And.Contain("IPv4 to outside from container 1, container 2: the network gives no IPv4 default route");
        gateless.ExitCode.Should().Be(0, gateless.ToString());
        gateless.Output.Should().Contain("no plugin of the network publishes ports (portMappings)");
    }

    [Feature(Trial)]
    [Fact]
    public async Task A_FORWARD_chain_that_drops_is_noticed_from_outside_and_the_printed_command_mends_it()
    {
        const string Rule = "DOCKER-USER -o cni0 -m conntrack --ctstate DNAT,RELATED,ESTABLISHED -j ACCEPT";
        await RunInShellAsync("iptables -P FORWARD DROP");
        try
        {
            var run = await Host.BridgeAsync(["test", Network], Cancellation);

            run.ExitCode.Should().Be(1);
            run.Output.Should().EndWith("1 of 23 failed.").And.Contain("IPv4 from another host to published port")
                .And.Contain("Chain FORWARD of iptables drops packets of CNI network pods from other hosts to its published ports")
                .And.Contain($"`iptables -I {Rule}`");
            await RunInShellAsync($"iptables -I {Rule}");
            (await Host.BridgeAsync(["test", Network], Cancellation)).Output.Should().EndWith("All is reached: 23 of 23.");
        }
        finally
        {
            await RunInShellAsync($"iptables -P FORWARD ACCEPT; iptables -D {Rule} || true");
        }
    }

    [Feature(Trial)]
    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    public async Task A_test_that_is_ended_in_the_middle_leaves_nothing_behind_the_next(string signal)
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        var running = RunInShellAsync(
            $"{CnmCniBinary.Require()} test {Network} > /run/trial.log 2>&1 & echo $! > /run/trial.pid; wait $!; echo $?");
        await Eventually.FileAsync(Host.PathOf("/run/cnm-cni/test/pod")); // The pod's namespace, after both containers.

        await RunInShellAsync($"kill -{signal} $(cat /run/trial.pid)");
        var exitCode = await running;

        if (signal == "KILL")
        {
            exitCode.Should().Be("137");
            (await DockerAsync("ps", "--all", "--format", "{{.Names}}")).Should().Contain("cnm-cni-test-1");
            var next = await Host.BridgeAsync(["test", Network], Cancellation);
            next.ExitCode.Should().Be(0, next.ToString());
            next.Output.Should().Contain("Removed, left by an earlier test: container cnm-cni-test-1");
        }
        else
        {
            exitCode.Should().Be("1");
            (await RunInShellAsync("cat /run/trial.log")).Should().Be("Interrupted. What the test had made is removed.");
        }

        await RunInShellAsync("rm -f /run/trial.log /run/trial.pid");
        await AssertNoTraceAsync();
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature(Trial)]
    [Fact]
    public async Task What_cannot_be_tested_is_refused_with_the_way_out()
    {
        async Task AssertRefusedAsync(string network, string text)
        {
            var run = await Host.BridgeAsync(["test", .. network.Split(' ', StringSplitOptions.RemoveEmptyEntries)], Cancellation);
            run.ExitCode.Should().Be(1);
            run.StandardError.Should().Contain(text);
        }

        await AssertRefusedAsync("", "There are several Docker networks of driver cni: direct, dual, ");
        await AssertRefusedAsync("bridge", "Docker network bridge has driver bridge");
        await AssertRefusedAsync("nowhere", "There is no network nowhere of driver cni.");
        (await RunInShellAsync($"flock /run/cnm-cni/test.lock {CnmCniBinary.Require()} test {Network} 2>&1; test $? = 1"))
            .Should().StartWith("Another cnm-cni test is running.");
        await Host.Bridge.KillAsync(Cancellation);
        await AssertRefusedAsync(Network, "cnm-cni serve is not running");
        await Host.Bridge.StartAsync(Cancellation);
        await Host.Dockerd.KillAsync(Cancellation);
        await AssertRefusedAsync(Network, "does not answer");
        await Host.Dockerd.StartAsync(Cancellation);
    }

    private static IEnumerable<string> EveryMember =>
    [
        .. Members.SelectMany(from => Members.Append("host").Where(to => to != from).Select(to => $"{from} > {to}")),
        .. Members.Select(to => $"host > {to}"),
    ];

    private static IEnumerable<string> Published => ["host > published port", "another host > published port"];

    private static IEnumerable<string> Outside => Members.Select(from => $"{from} > outside");

    private static IEnumerable<string> ContainerNames => ["container 1 > container name", "container 2 > container name"];

    private static IEnumerable<string> OutsideNames => ["container 1 > outside name", "container 2 > outside name"];

    private static IEnumerable<string> Reached(JsonNode report, string family) => report["reaches"]!.AsArray()
        .Where(reach => (string)reach!["family"]! == family && (string)reach["outcome"]! == "reached")
        .Select(reach => $"{reach!["from"]} > {reach["to"]}");

    private static IEnumerable<string> Sizes(JsonNode report) => report["packets"]!.AsArray()
        .Select(packet => $"{packet!["family"]} {packet["to"]} {packet["largest"]} {packet["expected"]}");

    private async Task<JsonNode> TestAsync(string network)
    {
        var run = await Host.BridgeAsync(["test", network, "--json"], Cancellation);
        run.ExitCode.Should().Be(0, run.ToString());
        JsonSchemas.Require("test", run.StandardOutput);
        var report = JsonNode.Parse(run.StandardOutput)!;
        ((bool)report["isWell"]!).Should().BeTrue();
        return report;
    }

    // What a census does not count.
    private async Task AssertNoTraceAsync()
    {
        (await DockerAsync("image", "ls", "--all", "--quiet", "--filter", "label=cnm-cni.test")).Should().BeEmpty();
        (await DockerAsync("ps", "--all", "--quiet", "--filter", "label=cnm-cni.test")).Should().BeEmpty();
        (await DockerAsync("network", "ls", "--quiet", "--filter", "label=cnm-cni.test")).Should().BeEmpty();
        (await RunInShellAsync("ip -o link")).Should().NotContain(TestLink);
        (await Host.BridgeAsync(["cni", "list"], Cancellation)).EnsureSuccess().Output.Should().NotContain("cnm-cni-test");
    }
}
