using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary>
/// <c>docker run -p</c> where no endpoint of the container has a gateway: Docker requests no publishing, and cnm-cni publishes
/// the port or refuses it.
/// </summary>
[Plugin("bridge", "host-local", "portmap")]
public sealed class GatelessPortTests(GatelessHost engine) : EngineTest(engine), IClassFixture<GatelessHost>
{
    private const string Feature = "Published ports: of containers without a default route";

    [Feature(Feature)]
    [Theory]
    [InlineData(GatelessHost.Gateless)]
    [InlineData(GatelessHost.NullIpam)]
    public async Task A_port_of_a_container_without_a_default_route_is_published_until_it_is_removed(string network)
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(network, "web", "--publish", "8080:80");

        await AssertPublishesAsync("web", network);
        await DockerAsync("restart", "--time", "0", "web");
        await AssertPublishesAsync("web", network);
        var second = await TryDockerAsync("run", "--name", "second", "--network", network, "--publish", "8080:80", Image, "true");
        second.ExitCode.Should().NotBe(0);
        second.StandardError.Should().MatchRegex(
            "host port 8080/tcp for container port 80 is published by (container web|the container with endpoint [0-9a-f]+) already");

        await DockerAsync("rm", "--force", "web", "second");
        (await Host.FromHost.CanConnectAsync("127.0.0.1", 8080, Cancellation)).Should().BeFalse();
        await AssertNothingIsLeftSinceAsync(census);
    }

    // Before Docker 28 an internal network is the container's way out, and publishes nothing.
    [Feature(Feature)]
    [Theory]
    [InlineData(GatelessHost.Direct)]
    [InlineData(GatelessHost.Gateless)]
    public async Task A_port_of_a_container_on_an_internal_network_is_published_too(string network)
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(EngineHost.InternalNetwork, "web", "--publish", "8080:80");

        await DockerAsync("network", "connect", network, "web");
        await AssertPublishesAsync("web", network);

        await DockerAsync("network", "disconnect", network, "web");
        (await Host.FromHost.CanConnectAsync("127.0.0.1", 8080, Cancellation)).Should().BeFalse();
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    // Where the container has a way back: at the loopback address of IPv4, whose source portmap translates, and at the host's addresses in
    // the container's subnets.
    [Feature(Feature)]
    [Feature("Published ports: IPv6")]
    [Theory]
    [InlineData(GatelessHost.Dual, "8080:80", "127.0.0.1", GatelessHost.DualGateway, GatelessHost.DualGateway6)]
    [InlineData(GatelessHost.Dual, "[::]:8080:80", GatelessHost.DualGateway6)]
    [InlineData(GatelessHost.Six, "8080:80", GatelessHost.SixGateway)]
    public async Task A_port_answers_in_the_requested_families_that_the_container_has(
        string network, string publish, params string[] addresses)
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(network, "web", "--publish", publish);

        foreach (var address in new[] { "127.0.0.1", GatelessHost.DualGateway, GatelessHost.DualGateway6, GatelessHost.SixGateway })
        {
            if (addresses.Contains(address))
                (await Host.FromHost.GetAsync(address, 8080, Cancellation)).Should().Be(Page);
            else
                (await Host.FromHost.CanConnectAsync(address, 8080, Cancellation)).Should().BeFalse();
        }

        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature(Feature)]
    [Feature("Published ports: IPv6")]
    [Theory]
    [InlineData(GatelessHost.Dual, "[::1]:8080:80", "IPv6's own loopback address")]
    [InlineData(GatelessHost.Six, "127.0.0.1:8080:80", "no IPv4 address")]
    [InlineData(GatelessHost.Gateless, "[::]:8080:80", "no IPv6 address")]
    public async Task A_port_that_could_never_be_reached_is_refused_without_a_gateway(string network, string publish, string reason)
    {
        var run = await TryDockerAsync("run", "--name", "web", "--network", network, "--publish", publish, Image, "true");

        run.ExitCode.Should().NotBe(0);
        run.StandardError.Should().Contain(
            $"cannot be published at {publish[..publish.LastIndexOf(":8080", StringComparison.Ordinal)].Trim('[', ']')}").And.Contain(
                reason);
        (await PublishersAsync(Cancellation)).Should().BeEmpty();
    }

    [Feature(Feature)]
    [Fact]
    public async Task Status_reports_a_port_that_no_plugin_can_publish()
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(GatelessHost.Mute, "web", "--publish", "8080:80");

        (await Eventually.IsTrueAsync(
            async token =>
                (await Host.BridgeAsync(["status"], token)).Output.Contains(
                    "ports cannot be published on CNI network \"mute\"", StringComparison.Ordinal),
            Cancellation)).Should().BeTrue();
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature(Feature)]
    [Feature("Published ports: follow the gateway network")]
    [Fact]
    public async Task The_network_with_the_gateway_publishes_whenever_there_is_one()
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(GatelessHost.Gateless, "web", "--publish", "8080:80");
        await AssertPublishesAsync("web", GatelessHost.Gateless);

        await DockerAsync("network", "connect", Network, "web");
        await AssertPublishesAsync("web", Network);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        await DockerAsync("network", "connect", GatelessHost.Mute, "web"); // It has nothing to publish, and is not asked to.

        await DockerAsync("restart", "--time", "0", "web");
        await AssertPublishesAsync("web", Network);

        await DockerAsync("network", "disconnect", Network, "web");
        await AssertPublishesAsync("web", GatelessHost.Gateless);
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    // Docker makes no call when docker0 is disconnected.
    [Feature(Feature)]
    [Feature("Published ports: follow the gateway network")]
    [Fact]
    public async Task When_docker0_was_the_gateway_and_is_disconnected_the_port_moves_or_status_reports_it()
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync("bridge", "web", "--publish", "8080:80");
        await DockerAsync("network", "connect", GatelessHost.Gateless, "web");
        await AssertOnlyDockerPublishesAsync();

        await DockerAsync("network", "disconnect", "bridge", "web");
        await AssertPublishesAsync("web", GatelessHost.Gateless);

        await DockerAsync("rm", "--force", "web");
        await RunOnAsync("bridge", "web", "--publish", "8080:80");
        await DockerAsync("network", "connect", GatelessHost.Mute, "web");
        await DockerAsync("network", "disconnect", "bridge", "web");
        (await Eventually.IsTrueAsync(
            async token =>
                (await Host.BridgeAsync(["status"], token)).Output.Contains(
                    "ports cannot be published on CNI network \"mute\"", StringComparison.Ordinal),
            Cancellation)).Should().BeTrue();
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature(Feature)]
    [Theory]
    [InlineData(GatelessHost.Gateless)]
    [InlineData(GatelessHost.NullIpam)]
    public async Task One_of_Dockers_own_networks_publishes_when_it_is_the_gateway(string network)
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync("bridge", "web", "--publish", "8080:80");

        await DockerAsync("network", "connect", network, "web");
        await AssertOnlyDockerPublishesAsync();
        await DockerAsync("restart", "--time", "0", "web");
        await AssertOnlyDockerPublishesAsync();

        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Published ports: a taken port is refused with who has it")]
    [Fact]
    public async Task A_port_of_a_pod_is_refused_with_the_pods_name()
    {
        await RunPodAsync("dns", hostPort: 8080);

        foreach (var port in new[] { "8080:80", "127.0.0.1:8080:80" })
        {
            var run = await TryDockerAsync("run", "--rm", "--network", Network, "--publish", port, Image, "true");
            run.ExitCode.Should().NotBe(0);
            run.StandardError.Should().Contain("8080/tcp for container port 80 is published by pod default/dns already");
        }

        await DockerAsync("run", "--rm", "--network", Network, "--publish", "8080:80/udp", Image, "true");
        await RunOnAsync(Network, "web", "--publish", "8080-8081:80");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8081, Cancellation)).Should().Be(Page);
    }

    [Feature("Published ports: one that somebody took while the driver was down is reported")]
    [Fact]
    public async Task A_port_that_a_pod_took_while_nobody_held_it_is_reported_with_the_pods_name()
    {
        await RunOnAsync(Network, "web", "--publish", "8080:80");
        _ = await StatusView.OfAsync(Host, Cancellation); // It asks Docker for the names of new containers.
        await Host.Bridge.KillAsync(Cancellation);
        await RunPodAsync("dns", hostPort: 8080);
        await Host.Bridge.StartAsync(Cancellation);

        var repair = await Host.BridgeAsync(["repair", "--dry-run"], Cancellation);

        repair.Output.Should().MatchRegex(
            "reported contested-port: container web .*: pod default/dns publishes host port 8080/tcp as well");
        await DockerAsync("rm", "--force", "web");
    }

    private Task<string> RunOnAsync(string network, string name, params IEnumerable<string> options) =>
        DockerAsync(["run", "--detach", "--name", name, "--network", network, .. options, Image, .. WebServer]);

    private async Task AssertPublishesAsync(string name, string network)
    {
        var endpoint = await DockerView.OfAsync(Host, name, network, Cancellation);
        await Eventually.IsTrueAsync(async token => (await PublishersAsync(token)).SequenceEqual([endpoint.EndpointId]), Cancellation);
        (await PublishersAsync(Cancellation)).Should().Equal(endpoint.EndpointId);
        // From here alone: portmap translates the source, and without a route the container could not answer to any other.
        (await Host.FromHost.GetAsync("127.0.0.1", 8080, Cancellation)).Should().Be(Page);
    }

    private async Task AssertOnlyDockerPublishesAsync()
    {
        await Eventually.IsTrueAsync(async token => !(await PublishersAsync(token)).Any(), Cancellation);
        (await PublishersAsync(Cancellation)).Should().BeEmpty();
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
    }

    private async Task<IReadOnlyList<string>> PublishersAsync(CancellationToken cancellationToken) =>
        [.. (await StatusView.OfAsync(Host, cancellationToken)).Endpoints.Where(candidate => candidate.Ports.Count > 0).Select(
            candidate => candidate.EndpointId)];
}
