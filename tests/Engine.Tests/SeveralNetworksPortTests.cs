using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary><c>-p</c> of a container on several networks: published once, where its gateway is.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class SeveralNetworksPortTests(SeveralNetworksHost engine) : SeveralNetworksTest(engine), IClassFixture<SeveralNetworksHost>
{
    [Feature("Published ports: once, on the gateway network")]
    [Feature("Published ports: follow the gateway network")]
    [Fact]
    public async Task A_port_is_published_once_on_the_gateways_network_and_moves_with_the_gateway()
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(Second, "web", "--publish", "8080:80");
        await AssertPublishesAsync("web", Second);

        await ConnectAsync(Third, "web");
        await AssertPublishesAsync("web", Second);

        await ConnectAsync(First, "web");
        await AssertPublishesAsync("web", First);

        await DockerAsync("restart", "web");
        await AssertPublishesAsync("web", First);

        await DisconnectAsync(First, "web");
        await AssertPublishesAsync("web", Second);

        await DisconnectAsync(Second, "web");
        await AssertPublishesAsync("web", Third);

        await DisconnectAsync(Third, "web");
        (await Host.FromNeighbour.CanConnectAsync(TestHost.Address, 8080, Cancellation)).Should().BeFalse();

        await ConnectAsync(Second, "web");
        await AssertPublishesAsync("web", Second);

        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Published ports: follow the gateway network")]
    [Feature("Published ports: one from a range")]
    [Fact]
    public async Task A_port_that_the_host_chose_is_free_again_when_it_moved()
    {
        await RunOnAsync(First, "web", "--publish", "8080-8081:80");
        await ConnectAsync(Second, "web");
        await DisconnectAsync(First, "web");

        await RunOnAsync(First, "other", "--publish", "8080-8081:80");

        (await StatusView.OfAsync(Host, Cancellation)).Endpoints.SelectMany(endpoint => endpoint.Ports).Select(port => port.HostPort)
            .Should().BeEquivalentTo([8080, 8081]);
    }

    [Feature("Containers: gateway priority (`gw-priority`)")]
    [Theory]
    [InlineData(First, Second)]
    [InlineData(Second, First)]
    [InlineData(Third, First)]
    public async Task The_network_with_the_higher_gateway_priority_has_the_default_route_and_publishes_the_ports(string high, string low)
    {
        RequireEngine(EngineVersion.V28, "--network name=…,gw-priority=…");
        var census = await Host.CensusAsync(Cancellation);

        await DockerAsync(
            ["run", "--detach", "--name", "web", "--publish", "8080:80",
                "--network", $"name={low},gw-priority=1", "--network", $"name={high},gw-priority=2", Image, .. WebServer]);

        await AssertPublishesAsync("web", high);
        (await InsideAsync("web")).Interfaces.Keys.Should().BeEquivalentTo("eth0", "eth1");
        await DockerAsync("restart", "web");
        await AssertPublishesAsync("web", high);
        await AssertPassesCheckAsync("web", skipped: null);
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Containers: gateway priority (`gw-priority`)")]
    [Fact]
    public async Task A_network_that_is_connected_with_a_higher_gateway_priority_takes_the_port_over()
    {
        RequireEngine(EngineVersion.V28, "docker network connect --gw-priority");
        await RunOnAsync(First, "web", "--publish", "8080:80");

        await DockerAsync("network", "connect", "--gw-priority", "5", Second, "web");

        await AssertPublishesAsync("web", Second);
        await DisconnectAsync(Second, "web");
        await AssertPublishesAsync("web", First);
    }
}
