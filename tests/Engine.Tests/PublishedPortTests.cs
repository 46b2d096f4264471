using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests;

/// <summary><c>docker run -p</c>, by the portmap plugin of the chain.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class PublishedPortTests(StockChainHost engine) : EngineTest(engine), IClassFixture<StockChainHost>
{
    [Feature("Published ports: TCP")]
    [Feature("Published ports: from the host itself")]
    [Feature("Firewall back ends: iptables for published ports")]
    [Fact]
    public async Task A_published_port_answers_to_the_host_and_to_another_host_until_the_container_is_removed()
    {
        await RunContainerAsync("web", "--publish", "8080:80");

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.FromHost.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.FromHost.GetAsync("127.0.0.1", 8080, Cancellation)).Should().Be(Page);

        await DockerAsync("rm", "--force", "web");

        (await Host.FromNeighbour.CanConnectAsync(TestHost.Address, 8080, Cancellation)).Should().BeFalse();
        (await Host.FromHost.CanConnectAsync(TestHost.Address, 8080, Cancellation)).Should().BeFalse();
        (await Host.FromHost.CanConnectAsync("127.0.0.1", 8080, Cancellation)).Should().BeFalse();
    }

    [Feature("Published ports: UDP")]
    [Fact]
    public async Task A_published_UDP_port_answers_to_another_host_until_the_container_is_removed()
    {
        await RunContainerAsync("echo", "--publish", "5353:53/udp");
        var inside = await Host.FromContainerAsync("echo", Cancellation);
        await using (inside.EchoUdp(53))
        {
            (await Host.FromNeighbour.AskByUdpAsync(TestHost.Address, 5353, "hello", Cancellation)).Should().Be("hello");
        }

        await DockerAsync("rm", "--force", "echo");

        (await Host.FromNeighbour.AskByUdpAsync(TestHost.Address, 5353, "hello", Cancellation)).Should().BeNull();
    }

    // Without traffic: the kernel of the tests speaks no SCTP, but its firewall knows it.
    [Feature("Published ports: SCTP (the plugin's rules; no traffic was tried)")]
    [Fact]
    public async Task A_published_SCTP_port_is_a_rule_of_the_plugin_until_the_container_is_removed()
    {
        await RunContainerAsync("web", "--publish", "8080:80/sctp");
        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);

        var rules = (await RunInShellAsync("iptables-save -t nat")).Split('\n');
        rules.Should().ContainMatch($"*-p sctp * --dport 8080 -j DNAT --to-destination {docker.Address}:80");
        (await StatusView.OfAsync(Host, Cancellation)).EndpointOf(docker.EndpointId).Ports.Should().ContainSingle().Which.Protocol
            .Should().Be("sctp");
        await DockerAsync("rm", "--force", "web");

        (await RunInShellAsync("iptables-save -t nat")).Should().NotContain("sctp");
    }

    [Feature("Published ports: at chosen addresses of the host")]
    [Fact]
    public async Task A_port_published_on_one_host_address_answers_there_only()
    {
        await RunContainerAsync("web", "--publish", "127.0.0.1:8080:80");

        (await Host.FromHost.GetAsync("127.0.0.1", 8080, Cancellation)).Should().Be(Page);
        (await Host.FromNeighbour.CanConnectAsync(TestHost.Address, 8080, Cancellation)).Should().BeFalse();
    }

    [Feature("Published ports: ranges")]
    [Fact]
    public async Task A_range_of_ports_is_published_one_to_one()
    {
        await RunContainerAsync("web", "--publish", "8080-8081:80-81");
        var inside = await Host.FromContainerAsync("web", Cancellation);
        await using var second = inside.ServePage(81, "the second");

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8081, Cancellation)).Should().Be("the second");
    }

    [Feature("Published ports: without a host port, `--publish-all`")]
    [Fact]
    public async Task A_port_published_without_a_host_port_gets_one_that_status_shows()
    {
        await RunContainerAsync("web", "--publish", "80");

        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var port = (await StatusView.OfAsync(Host, Cancellation)).EndpointOf(docker.EndpointId).Ports.Should().ContainSingle().Subject;

        port.ContainerPort.Should().Be(80);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, port.HostPort, Cancellation)).Should().Be(Page);
        (await Host.BridgeAsync(["status"], Cancellation)).EnsureSuccess().Output.Should().Contain($"{port.HostPort}");
    }

    [Feature("Published ports: one from a range")]
    [Fact]
    public async Task Containers_that_ask_for_a_port_from_one_range_get_different_ones()
    {
        await RunContainerAsync("one", "--publish", "8080-8081:80");
        await RunContainerAsync("two", "--publish", "8080-8081:80");

        var ports = (await StatusView.OfAsync(Host, Cancellation)).Endpoints.SelectMany(endpoint => endpoint.Ports);

        ports.Select(port => port.HostPort).Should().BeEquivalentTo([8080, 8081]);
    }

    [Feature("Published ports: a taken port is refused with who has it")]
    [Fact]
    public async Task A_second_container_on_a_port_fails_with_the_name_of_the_first()
    {
        await RunContainerAsync("first", "--publish", "8080:80");
        var census = await Host.CensusAsync(Cancellation);

        var second = await TryDockerAsync(["run", "--detach", "--name", "second", "--network", Network, "--publish", "8080:80", Image]);

        second.ExitCode.Should().NotBe(0);
        second.StandardError.Should().Contain("8080").And.Contain("first");
        await DockerAsync("rm", "second");
        await AssertNothingIsLeftSinceAsync(census);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
    }

    [Feature("Published ports: a taken port is refused with who has it")]
    [Fact]
    public async Task A_port_that_a_program_of_the_host_has_is_refused()
    {
        await using var program = Host.FromHost.ServePage(8080, "mine");

        var run = await TryDockerAsync(["run", "--detach", "--name", "late", "--network", Network, "--publish", "8080:80", Image]);

        run.ExitCode.Should().NotBe(0);
        run.StandardError.Should().Contain("8080").And.Contain("in use");
        (await Host.FromHost.GetAsync("127.0.0.1", 8080, Cancellation)).Should().Be("mine");
    }

    [Feature("Published ports: TCP")]
    [Fact]
    public async Task A_published_port_answers_again_after_a_restart()
    {
        await RunContainerAsync("web", "--publish", "8080:80");

        await DockerAsync("restart", "web");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);

        await DockerAsync("stop", "web");
        (await Host.FromNeighbour.CanConnectAsync(TestHost.Address, 8080, Cancellation)).Should().BeFalse();
    }

    [Feature("Published ports: follow the gateway network")]
    [Fact]
    public async Task A_published_port_follows_the_gateway_when_docker0_is_connected_and_disconnected()
    {
        // From 28 on, Docker makes a table against direct access with the first container on docker0, and keeps it.
        await DockerAsync("run", "--rm", Image, "true");
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");

        await DockerAsync("network", "connect", "bridge", "web");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);

        await DockerAsync("restart", "web");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);

        await DockerAsync("network", "disconnect", "bridge", "web");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);

        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Published ports: a taken port is refused with who has it")]
    [Fact]
    public async Task A_port_that_docker0_publishes_is_refused_and_vice_versa()
    {
        await DockerAsync(["run", "--detach", "--name", "plain", "--publish", "8080:80", Image, .. WebServer]);
        await RunContainerAsync("web", "--publish", "8081:80");

        var onOurs = await TryDockerAsync("run", "--name", "late", "--network", Network, "--publish", "8080:80", Image, "true");
        var onDocker0 = await TryDockerAsync("run", "--name", "later", "--publish", "8081:80", Image, "true");

        onOurs.ExitCode.Should().NotBe(0);
        onOurs.StandardError.Should().Contain("8080");
        onDocker0.ExitCode.Should().NotBe(0);
        onDocker0.StandardError.Should().Contain("8081");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8081, Cancellation)).Should().Be(Page);
    }
}
