using System.Text.Json.Nodes;
using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary>IPv6 alone, and both families on several networks.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class FamilyTests(SeveralNetworksHost engine) : SeveralNetworksTest(engine), IClassFixture<SeveralNetworksHost>
{
    private const string Six = SeveralNetworksHost.Six;
    private const string Dual = SeveralNetworksHost.Dual;
    private const string Address6 = SeveralNetworksHost.Address6;

    [Feature("Networks: IPv6 only")]
    [Fact]
    public async Task A_container_with_IPv6_only_is_reached_and_reaches_the_outside()
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(Six, "web");
        await RunOnAsync(Six, "visitor");

        var (address, gateway) = await View6Async("web", Six);
        var inside = await InsideAsync("web");
        inside.Interfaces.Should().Equal(new Dictionary<string, string> { ["eth0"] = address });
        inside.Gateways.Should().Equal(SeveralNetworksHost.Gateway6);
        gateway.Should().Be(SeveralNetworksHost.Gateway6);
        (await Host.FromHost.GetAsync(address, 80, Cancellation)).Should().Be(Page);
        (await ExecAsync("visitor", "wget", "-qO-", $"http://[{address}]/")).Should().Be(Page.TrimEnd());
        await ExecAsync("visitor", "ping", "-6", "-c", "1", "-W", "3", "fd00:200::2");
        await AssertPassesCheckAsync("web");

        await DockerAsync("restart", "web");
        (await InsideAsync("web")).Gateways.Should().Equal(SeveralNetworksHost.Gateway6);
        await DockerAsync("rm", "--force", "web", "visitor");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Networks: IPv6 only")]
    [Feature("Published ports: IPv6")]
    [Fact]
    public async Task A_port_of_a_container_with_IPv6_alone_is_published_by_the_chain_or_by_an_older_engine_itself()
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(Six, "web", "--publish", "8080:80");

        (await Host.FromNeighbour.GetAsync(Address6, 8080, Cancellation)).Should().Be(Page);
        var interfaces = (await InsideAsync("web")).Interfaces;
        interfaces.Values.Should().Contain((await View6Async("web", Six)).Address);
        interfaces.Should().HaveCount(Host.Engine >= EngineVersion.V28 ? 1 : 2); // Before, Docker's own docker_gwbridge is the second.
        (await DockerAsync("port", "web")).Length.Should().Match(length => length > 0 == Host.Engine < EngineVersion.V28);

        await DockerAsync("restart", "web");
        (await Host.FromNeighbour.GetAsync(Address6, 8080, Cancellation)).Should().Be(Page);
        await DockerAsync("rm", "--force", "web");
        (await Host.FromNeighbour.CanConnectAsync(Address6, 8080, Cancellation)).Should().BeFalse();
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Networks: IPv6 only, said by `docker network inspect`")]
    [Fact]
    public async Task A_network_with_IPv6_only_shows_it()
    {
        RequireEngine(EngineVersion.V28, "docker network create --ipv4=false");

        (await DockerAsync(
            "network", "inspect", "--format", "{{.EnableIPv4}} {{.EnableIPv6}}{{range .IPAM.Config}} {{.Subnet}} {{.Gateway}}{{end}}", Six))
            .Should().Be($"false true fd00:95::/64 {SeveralNetworksHost.Gateway6}");
    }

    [Feature("Networks: dual stack")]
    [Feature("Containers: on several CNI networks")]
    [Fact]
    public async Task A_container_on_a_network_of_both_families_and_one_of_IPv4_keeps_both_default_routes()
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(First, "web", "--publish", "8080:80");
        await ConnectAsync(Dual, "web");

        var (address6, gateway6) = await View6Async("web", Dual);
        await AssertInterfacesAsync("web", First, Dual);
        (await InsideAsync("web")).Gateways.Should().Equal("10.94.0.1", "fd00:94::1");
        gateway6.Should().Be("fd00:94::1");
        (await Host.FromHost.GetAsync(address6, 80, Cancellation)).Should().Be(Page);
        foreach (var address in new[] { TestHost.Address, Address6 })
            (await Host.FromNeighbour.GetAsync(address, 8080, Cancellation)).Should().Be(Page);

        await DisconnectAsync(Dual, "web");
        await AssertPublishesAsync("web", First);
        (await Host.FromNeighbour.CanConnectAsync(Address6, 8080, Cancellation)).Should().BeFalse();
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Containers: on several CNI networks")]
    [Feature("Networks: IPv6 only")]
    [Fact]
    public async Task A_container_on_a_network_of_IPv6_and_one_of_IPv4_has_a_default_route_of_each_where_the_engine_can()
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(First, "web");
        await ConnectAsync(Six, "web");

        var (address6, _) = await View6Async("web", Six);
        (await Host.FromHost.GetAsync(address6, 80, Cancellation)).Should().Be(Page);
        (await Host.FromHost.GetAsync((await ViewAsync("web", First)).Address, 80, Cancellation)).Should().Be(Page);
        (await InsideAsync("web")).Gateways.Should().Equal(
            Host.Engine >= EngineVersion.V28 ? [CniNetworks.Gateway, SeveralNetworksHost.Gateway6] : [CniNetworks.Gateway]);
        await AssertPassesCheckAsync("web", skipped: Host.Engine >= EngineVersion.V28 ? 0 : 1);
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    private async Task<(string Address, string Gateway)> View6Async(string container, string network)
    {
        var endpoint = JsonNode.Parse(await DockerAsync("inspect", container))![0]!["NetworkSettings"]!["Networks"]![network]!;
        return ((string)endpoint["GlobalIPv6Address"]!, (string)endpoint["IPv6Gateway"]!);
    }
}
