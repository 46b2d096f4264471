using System.Text.Json.Nodes;
using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests;

/// <summary>
/// <c>docker network create --internal</c>: no gateway, no default route, nothing published; its containers reach each other.
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class InternalNetworkTests(SeveralNetworksHost engine) : SeveralNetworksTest(engine), IClassFixture<SeveralNetworksHost>
{
    private const string Hidden = "hidden";

    [Feature("Networks: `--internal`")]
    [Theory]
    [InlineData(Second, "auto")]
    [InlineData(Second, "null")]
    [InlineData(SeveralNetworksHost.Dual, "auto")]
    public async Task Containers_of_an_internal_network_reach_only_each_other(string cniNetwork, string ipam)
    {
        var census = await Host.CensusAsync(Cancellation);
        await CreateNetworkAsync(cniNetwork, Hidden, ["--internal", .. ipam == "null" ? ["--ipam", "null"] : Array.Empty<string>()]);
        await RunOnAsync(Hidden, "web", "--publish", "8080:80");
        await RunOnAsync(Hidden, "visitor");
        await using var outside = Host.FromNeighbour.ServePage(80, "outside");
        var web = await ViewAsync("web", Hidden);

        (await DockerAsync("network", "inspect", "--format", "{{.Internal}}", Hidden)).Should().Be("true");
        web.Gateway.Should().BeEmpty();
        await AssertInterfacesAsync("web", Hidden);
        (await InsideAsync("web")).Gateways.Should().BeEmpty();
        (await ExecAsync("visitor", "wget", "-qO-", $"http://{web.Address}/")).Should().Be(Page.TrimEnd());
        (await (await Host.FromContainerAsync("visitor", Cancellation)).ResolveAsync("web", "127.0.0.11", Cancellation)).Should().Be(
            web.Address);
        (await TryDockerAsync("exec", "web", "wget", "-T", "2", "-qO-", $"http://{TestHost.NeighbourAddress}/")).ExitCode.Should().NotBe(0);
        (await Host.FromNeighbour.CanConnectAsync(TestHost.Address, 8080, Cancellation)).Should().BeFalse();
        (await StatusView.OfAsync(Host, Cancellation)).Endpoints.Should().HaveCount(2).And.OnlyContain(
            endpoint => endpoint.Ports.Count == 0);
        await AssertPassesCheckAsync("web");

        await DockerAsync("rm", "--force", "web", "visitor");
        await DockerAsync("network", "rm", Hidden);
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Networks: `--internal`")]
    [Feature("Containers: on several CNI networks")]
    [Fact]
    public async Task A_container_on_an_internal_network_too_has_its_default_route_and_its_port_on_the_other()
    {
        var census = await Host.CensusAsync(Cancellation);
        await CreateNetworkAsync(First, Hidden, "--internal");
        await RunOnAsync(Hidden, "web", "--publish", "8080:80");

        await ConnectAsync(Second, "web");
        await AssertInterfacesAsync("web", Hidden, Second);
        await AssertPublishesAsync("web", Second);

        await DockerAsync("restart", "web");
        await AssertPublishesAsync("web", Second);

        await DisconnectAsync(Second, "web");
        (await InsideAsync("web")).Gateways.Should().BeEmpty();
        (await Host.FromNeighbour.CanConnectAsync(TestHost.Address, 8080, Cancellation)).Should().BeFalse();
        await DockerAsync("rm", "--force", "web");
        await DockerAsync("network", "rm", Hidden);
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Networks: `--internal`")]
    [Fact]
    public async Task An_internal_network_shows_what_the_CNI_network_declares()
    {
        await CreateNetworkAsync(Second, Hidden, "--internal");

        var network = JsonNode.Parse(await DockerAsync("network", "inspect", Hidden))![0]!;

        network["Internal"]!.GetValue<bool>().Should().BeTrue();
        network["IPAM"]!["Config"]![0]!["Subnet"]!.GetValue<string>().Should().Be("10.91.0.0/24");
    }
}
