using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests;

/// <summary>Containers on several networks at once: interfaces, default routes, names, and that all of it goes again.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
[Long]
public sealed class SeveralNetworksTests(SeveralNetworksHost engine) : SeveralNetworksTest(engine), IClassFixture<SeveralNetworksHost>
{
    [Feature("Containers: on several CNI networks")]
    [Feature("Containers: `docker network connect` and `disconnect` of a running one")]
    [Fact]
    public async Task Interfaces_come_and_go_with_networks_of_a_running_container_and_the_default_route_follows()
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(First, "web");
        await ConnectAsync(Second, "web");
        await ConnectAsync(Third, "web");

        await AssertInterfacesAsync("web", First, Second, Third);
        (await InsideAsync("web")).Gateways.Should().Equal((await ViewAsync("web", First)).Gateway);

        await DisconnectAsync(Second, "web");
        await AssertInterfacesAsync("web", First, null, Third);
        await ConnectAsync(Second, "web");
        await AssertInterfacesAsync("web", TakesFreeNames ? [First, Second, Third] : [First, null, Third, Second]);

        await DisconnectAsync(First, "web");
        await AssertInterfacesAsync("web", TakesFreeNames ? [null, Second, Third] : [null, null, Third, Second]);
        (await InsideAsync("web")).Gateways.Should().Equal((await ViewAsync("web", Second)).Gateway);
        foreach (var network in new[] { Second, Third })
            (await Host.FromHost.GetAsync((await ViewAsync("web", network)).Address, 80, Cancellation)).Should().Be(Page);

        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Containers: on several CNI networks")]
    [Feature("True answers: CHECK")]
    [Fact]
    public async Task Every_interface_passes_CHECK_where_addresses_are_reserved_ahead_and_else_the_reason_is_told()
    {
        await RunOnAsync(First, "web");
        await ConnectAsync(Second, "web");
        await ConnectAsync(Third, "web");

        var check = (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess().Output.Split('\n').Skip(1).ToArray();

        check.Should().HaveCount(3);
        check.Take(2).Should().OnlyContain(line => line.Contains(" passed"));
        check[2].Should().Contain("skipped").And.Contain("eth2").And.Contain("eth0");
    }

    [Feature("Containers: on several CNI networks")]
    [Feature("Containers: stop, start, restart")]
    [Fact(Timeout = Deadline.Long)]
    public async Task A_container_on_two_networks_is_stopped_and_started_again_and_again()
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(First, "web");
        await ConnectAsync(Second, "web");

        for (var round = 0; round < 5; round++)
        {
            string[][] commands = round % 2 == 0 ? [["restart", "web"]] : [["stop", "web"], ["start", "web"]];
            foreach (var command in commands)
                await DockerAsync(command);

            var (first, second, inside) = (await ViewAsync("web", First), await ViewAsync("web", Second), await InsideAsync("web"));
            inside.Interfaces.Keys.Should().BeEquivalentTo("eth0", "eth1");
            inside.Interfaces.Values.Should().BeEquivalentTo(first.Address, second.Address);
            inside.Gateways.Should().Equal(first.Gateway);
            await AssertPassesCheckAsync("web");
            (await Host.FromHost.GetAsync(second.Address, 80, Cancellation)).Should().Be(Page);
        }

        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Containers: on docker0 and a CNI network")]
    [Theory]
    [InlineData("bridge", First)]
    [InlineData(First, "bridge")]
    [InlineData("bridge", Third)]
    [InlineData(Third, "bridge")]
    public async Task A_container_is_on_docker0_and_on_a_CNI_network_whichever_came_first(string earlier, string later)
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(earlier, "both");
        await ConnectAsync(later, "both");

        await AssertInterfacesAsync("both", earlier, later);
        (await InsideAsync("both")).Gateways.Should().Equal((await ViewAsync("both", "bridge")).Gateway);
        foreach (var network in new[] { earlier, later })
            (await Host.FromHost.GetAsync((await ViewAsync("both", network)).Address, 80, Cancellation)).Should().Be(Page);

        await DockerAsync("restart", "both");
        (await Host.FromHost.GetAsync((await ViewAsync("both", later)).Address, 80, Cancellation)).Should().Be(Page);
        (await InsideAsync("both")).Gateways.Should().Equal((await ViewAsync("both", "bridge")).Gateway);
        await DisconnectAsync("bridge", "both");
        var cni = earlier == "bridge" ? later : earlier;
        (await InsideAsync("both")).Gateways.Should().Equal((await ViewAsync("both", cni)).Gateway);
        await DockerAsync("rm", "--force", "both");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Containers: `docker network connect` and `disconnect` of a stopped one")]
    [Fact]
    public async Task Networks_that_a_stopped_container_is_connected_to_and_disconnected_from_count_at_its_next_start()
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(First, "web");
        await DockerAsync("stop", "web");
        await AssertNothingIsLeftSinceAsync(census);

        await ConnectAsync(Second, "web");
        await DisconnectAsync(First, "web");
        await DockerAsync("start", "web");

        await AssertInterfacesAsync("web", Second);
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Containers: on several CNI networks")]
    [Feature("Endpoint options: names and `--network-alias`")]
    [Fact]
    public async Task Names_and_aliases_are_found_on_the_networks_that_containers_share()
    {
        await RunOnAsync(First, "one", "--network-alias", "api");
        await RunOnAsync(First, "both");
        await DockerAsync("network", "connect", "--alias", "middle", Second, "both");
        await RunOnAsync(Second, "two", "--network-alias", "store");
        var (one, both, two) = (await FromAsync("one"), await FromAsync("both"), await FromAsync("two"));

        (await both("one")).Should().Be((await ViewAsync("one", First)).Address);
        (await both("api")).Should().Be((await ViewAsync("one", First)).Address);
        (await both("store")).Should().Be((await ViewAsync("two", Second)).Address);
        (await one("both")).Should().Be((await ViewAsync("both", First)).Address);
        (await two("middle")).Should().Be((await ViewAsync("both", Second)).Address);
        (await IsUnknownAsync("one", "two")).Should().BeTrue();
        (await IsUnknownAsync("one", "middle")).Should().BeTrue();

        await DisconnectAsync(Second, "both");
        (await IsUnknownAsync("both", "store")).Should().BeTrue();
    }

    [Feature("Containers: on two Docker networks of one CNI network", Not = "Docker gives a container no two interfaces in one subnet")]
    [Theory]
    [InlineData("auto")]
    [InlineData("null")]
    public async Task A_second_interface_in_the_same_subnet_is_refused_and_the_container_goes_on(string ipam)
    {
        var census = await Host.CensusAsync(Cancellation);
        await CreateNetworkAsync(First, "twin", ipam == "null" ? ["--ipam", "null"] : []);
        await RunOnAsync(First, "web");
        await RunOnAsync("twin", "neighbour");
        var before = await Host.CensusAsync(Cancellation);

        var connect = await TryDockerAsync("network", "connect", "twin", "web");

        connect.ExitCode.Should().NotBe(0);
        connect.StandardError.Should().Contain("two interfaces in one subnet").And.Contain((await ViewAsync("web", First)).Address)
            .And.Contain("docker network disconnect");
        await AssertNothingIsLeftSinceAsync(before);
        await AssertInterfacesAsync("web", First);
        (await ExecAsync("neighbour", "wget", "-qO-", $"http://{(await ViewAsync("web", First)).Address}/")).Should().Be(Page.TrimEnd());

        await DisconnectAsync(First, "web");
        await ConnectAsync("twin", "web");
        (await ExecAsync("neighbour", "wget", "-qO-", $"http://{(await ViewAsync("web", "twin")).Address}/")).Should().Be(Page.TrimEnd());
        await DockerAsync("rm", "--force", "web", "neighbour");
        await DockerAsync("network", "rm", "twin");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Containers: on two Docker networks of one CNI network", Not = "Docker gives a container no two interfaces in one subnet")]
    [Fact]
    public async Task A_container_with_two_networks_in_one_subnet_does_not_start_and_leaves_nothing_behind()
    {
        await CreateNetworkAsync(First, "twin");
        var census = await Host.CensusAsync(Cancellation);
        await DockerAsync("create", "--name", "web", "--network", First, Image);
        await ConnectAsync("twin", "web");

        var start = await TryDockerAsync("start", "web");

        start.ExitCode.Should().NotBe(0);
        start.StandardError.Should().Contain("two interfaces in one subnet");
        await AssertNothingIsLeftSinceAsync(census);
        await DisconnectAsync("twin", "web");
        await DockerAsync("start", "web");
        await AssertInterfacesAsync("web", First);
    }

    [Feature("Containers: on several CNI networks")]
    [Fact]
    public async Task Interfaces_that_plugins_make_in_the_container_get_along_with_those_that_Docker_moves_there()
    {
        var census = await Host.CensusAsync(Cancellation);
        await DockerAsync(
            "network", "create", "-d", "cni", "--ipam-driver", "cni", "--ipam-opt", $"cni.network={Second}", "--subnet", "10.91.0.0/24",
            "--gateway", "10.91.0.1", "-o", "cni.attach=sandbox", "direct");
        await RunOnAsync(First, "web");

        // Docker numbers what it moves itself, past what it did not: the next would be another eth1.
        await DockerAsync("network", "connect", "--driver-opt", "com.docker.network.endpoint.ifname=lan0", "direct", "web");
        await ConnectAsync(Third, "web");

        var direct = (await ViewAsync("web", "direct")).Address;
        (await InsideAsync("web")).Interfaces.Should().Equal(new Dictionary<string, string>
        {
            ["eth0"] = (await ViewAsync("web", First)).Address,
            ["eth1"] = (await ViewAsync("web", Third)).Address,
            ["lan0"] = direct,
        });
        (await Host.FromHost.GetAsync(direct, 80, Cancellation)).Should().Be(Page);
        await AssertPassesCheckAsync("web", skipped: 1);
        await DisconnectAsync("direct", "web");
        await AssertInterfacesAsync("web", First, Third);
        (await Host.FromHost.GetAsync((await ViewAsync("web", Third)).Address, 80, Cancellation)).Should().Be(Page);
        await DockerAsync("rm", "--force", "web");
        await DockerAsync("network", "rm", "direct");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Networks: the CNI network is named by `cni.network`, or is the only one")]
    [Fact]
    public async Task A_network_without_a_name_is_refused_when_there_are_several_to_choose_from()
    {
        var create = await TryDockerAsync("network", "create", "-d", "cni", "--ipam-driver", "null", "wrong");

        create.ExitCode.Should().NotBe(0);
        create.StandardError.Should().Contain("-o cni.network=").And.Contain(CniNetworks.Name).And.Contain(CniNetworks.SecondName);
    }

    private async Task<bool> IsUnknownAsync(string container, string name) =>
        await (await Host.FromContainerAsync(container, Cancellation)).IsUnknownAsync(name, "127.0.0.11", Cancellation);

    /// <returns>How a name is resolved in a container: its IPv4 address, or null.</returns>
    private async Task<Func<string, Task<string?>>> FromAsync(string container)
    {
        var inside = await Host.FromContainerAsync(container, Cancellation);
        return name => inside.ResolveAsync(name, "127.0.0.11", Cancellation);
    }
}
