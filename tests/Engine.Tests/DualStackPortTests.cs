using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests;

/// <summary><c>docker run -p</c> for a container that has addresses of both families.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall", "bandwidth")]
public sealed class DualStackPortTests(EndpointOptionHost engine) : EngineTest(engine), IClassFixture<EndpointOptionHost>
{
    private const string Address6 = EndpointOptionHost.Address6;

    [Feature("Published ports: at chosen addresses of the host")]
    [Feature("Published ports: IPv6")]
    [Theory]
    [InlineData("8080:80", true, true)]
    [InlineData("0.0.0.0:8080:80", true, false)]
    [InlineData("[::]:8080:80", false, true)]
    [InlineData("10.200.0.1:8080:80", true, false)]
    [InlineData("[fd00:200::1]:8080:80", false, true)]
    public async Task A_published_port_answers_at_the_addresses_that_were_asked_for(string publish, bool answersIPv4, bool answersIPv6)
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");

        await RunContainerAsync("web", "--publish", publish);
        // Waits until the server has started.
        await Host.FromNeighbour.GetAsync(answersIPv4 ? TestHost.Address : Address6, 8080, Cancellation);

        (await Host.FromNeighbour.CanConnectAsync(TestHost.Address, 8080, Cancellation)).Should().Be(answersIPv4);
        (await Host.FromNeighbour.CanConnectAsync(Address6, 8080, Cancellation)).Should().Be(answersIPv6);
        await DockerAsync("rm", "--force", "web");
        (await Host.FromNeighbour.CanConnectAsync(Address6, 8080, Cancellation)).Should().BeFalse();
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Published ports: without a host port, `--publish-all`")]
    [Feature("Published ports: IPv6")]
    [Theory]
    [InlineData("--publish", "80")]
    [InlineData("--publish-all", "--expose=80")]
    public async Task A_port_without_a_host_port_gets_the_same_one_in_both_families(string option, string argument)
    {
        await RunContainerAsync("web", option, argument);

        var endpoint = (await DockerView.OfAsync(Host, "web", Network, Cancellation)).EndpointId;
        var port = (await StatusView.OfAsync(Host, Cancellation)).EndpointOf(endpoint).Ports.Should().ContainSingle().Subject;
        (await Host.FromNeighbour.GetAsync(TestHost.Address, port.HostPort, Cancellation)).Should().Be(Page);
        (await Host.FromNeighbour.GetAsync(Address6, port.HostPort, Cancellation)).Should().Be(Page);
    }

    [Feature("Published ports: IPv6")]
    [Fact]
    public async Task Two_containers_share_a_port_number_on_different_families()
    {
        await RunContainerAsync("four", "--publish", "0.0.0.0:8080:80");
        await RunContainerAsync("six", "--publish", "[::]:8080:80");

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.FromNeighbour.GetAsync(Address6, 8080, Cancellation)).Should().Be(Page);
    }

    [Feature("Published ports: IPv6 ports of a container without an IPv6 address, ports at `::1`", Not = "nobody could answer there")]
    [Theory]
    [InlineData(EndpointOptionHost.PlainNetwork, "[::]:8080:80", "no IPv6 address")]
    [InlineData(Network, "[::1]:8080:80", "127.0.0.1")]
    public async Task A_port_that_could_never_be_reached_is_refused_at_docker_run(string network, string publish, string reason)
    {
        var run = await TryDockerAsync("run", "--name", "late", "--network", network, "--publish", publish, Image, "true");

        run.ExitCode.Should().NotBe(0);
        run.StandardError.Should().Contain(reason).And.Contain("-p 8080:80");
        await Host.SettleAsync(Cancellation);
        (await StatusView.OfAsync(Host, Cancellation)).Endpoints.Should().BeEmpty();
    }

    [Feature("Published ports: from the host itself")]
    [Fact]
    public async Task A_published_port_answers_to_the_host_itself_at_its_addresses()
    {
        await RunContainerAsync("web", "--publish", "8080:80");

        foreach (var address in new[] { "127.0.0.1", TestHost.Address, Address6 })
            (await Host.FromHost.GetAsync(address, 8080, Cancellation)).Should().Be(Page);
    }

    [Feature("Published ports: ranges")]
    [Feature("Published ports: IPv6")]
    [Fact]
    public async Task A_range_is_published_one_to_one_in_both_families()
    {
        await RunContainerAsync("web", "--publish", "8079-8080:79-80");

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.FromNeighbour.GetAsync(Address6, 8080, Cancellation)).Should().Be(Page);
        (await Host.FromNeighbour.CanConnectAsync(Address6, 8079, Cancellation)).Should().BeFalse();
    }
}
