using System.Globalization;
using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary>
/// Default routes that are more than a gateway: a container has what a pod has, and Docker still chooses between its networks.
/// </summary>
[Plugin("bridge", "host-local")]
public sealed class DefaultRouteTests(RouteHost engine) : EngineTest(engine), IClassFixture<RouteHost>
{
    private const string Container = "web";

    private readonly List<string> _networks = [];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var network in _networks)
            await Host.DockerAsync(["network", "rm", network], CancellationToken.None);

        GC.SuppressFinalize(this);
    }

    [Feature("True answers: default routes without next hop, with attributes, outside the subnet")]
    [Theory(Timeout = Deadline.Long)]
    [InlineData("staging", "cni")]
    [InlineData("staging", "null")]
    [InlineData("sandbox", "cni")]
    [InlineData("sandbox", "null")]
    public async Task A_container_has_the_default_routes_that_a_pod_has_in_both_families(string attach, string ipam)
    {
        foreach (var network in (string[])[RouteHost.Straight, RouteHost.Tuned, RouteHost.Outside, RouteHost.Shared])
        {
            await CreateNetworkAsync(network, attach, ipam);
            await RunAsync(network, attach);
            await AssertDefaultsAsync(network, attach, ipam);

            if (attach == "staging") // Docker counts only the interfaces that it moved, and would call another by the name of ours.
            {
                await AssertFollowsGatewayAsync(network, ipam);
                await DockerAsync("restart", Container);
                await AssertDefaultsAsync(network, attach, ipam);
            }

            await DockerAsync("rm", "--force", Container);
        }
    }

    [Feature("True answers: point-to-point addresses, and a gateway that a second address leads to")]
    [Theory]
    [InlineData("cni")]
    [InlineData("null")]
    public async Task The_next_hop_that_an_other_end_or_a_second_address_leads_to_is_reached_as_in_a_pod(string ipam)
    {
        foreach (var (network, subnet) in new[] { (RouteHost.Pointed, "10.98.6"), (RouteHost.Second, "10.98.7") })
        {
            await CreateNetworkAsync(network, "staging", ipam);
            await RunAsync(network, "staging");

            string[] routes = [$"default via {subnet}.1 dev eth0", $"{subnet}.0/24 dev eth0 proto kernel scope link src {subnet}.250"];
            string[] found = [];
            await Eventually.IsTrueAsync(
                async _ =>
                    (found = [.. (await InsideAsync("-4", "route")).Where(
                        route => !route.Contains("link src", StringComparison.Ordinal)
                            || !route.StartsWith($"{subnet}.1 ", StringComparison.Ordinal))]).SequenceEqual(routes),
                Cancellation);
            found.Should().Equal(routes, $"that is what the plugins made ({network}, {ipam})");
            if (network == RouteHost.Pointed)
            {
                (await InsideAsync("-o", "-4", "address")).Should().Contain(
                    line => line.Contains(" peer 10.98.6.1/32 ", StringComparison.Ordinal));
                (await InsideAsync("-o", "-6", "address")).Should().Contain(
                    line => line.Contains(" peer fd00:98:6::1/128 ", StringComparison.Ordinal));
                (await InsideAsync("-6", "route", "show", "default")).Should().ContainSingle().Which.Should().StartWith(
                    "default via fd00:98:6::1 dev eth0");
                (await InsideAsync("-4", "route")).Should().ContainSingle(
                    route => route.StartsWith("10.98.6.1 ", StringComparison.Ordinal));
            }

            await DockerAsync("rm", "--force", Container);
        }
    }

    [Feature("Containers: `docker network connect` and `disconnect` of a running one")]
    [Theory]
    [InlineData("staging")]
    [InlineData("sandbox")]
    public async Task A_network_with_a_next_hop_outside_its_subnet_is_connected_and_docker0_has_its_default_route_back_afterwards(
        string attach)
    {
        await CreateNetworkAsync(RouteHost.Outside, attach, "cni");
        await DockerAsync(["run", "--detach", "--name", Container, Image, .. WebServer]);

        await DockerAsync("network", "connect", RouteHost.Outside, Container);

        // Docker prefers gateways of both families.
        (await DefaultsAsync()).Where(route => !route.Contains("fd00:", StringComparison.Ordinal)).Should().Equal(
            "default via 192.0.2.1 dev eth1 onlink");
        await DockerAsync("network", "disconnect", RouteHost.Outside, Container);
        (await DefaultsAsync()).Should().Equal("default via 172.17.0.1 dev eth0");
    }

    [Feature("Containers: on several CNI networks with the same next hop",
        Not = "a container has room for one route to it; the second network is refused in words")]
    [Fact]
    public async Task A_second_network_with_the_same_next_hop_is_refused_with_both_named_and_the_container_starts_again()
    {
        await CreateNetworkAsync(RouteHost.Shared, "staging", "null");
        await CreateNetworkAsync(RouteHost.Alike, "staging", "null");
        await RunAsync(RouteHost.Shared, "staging");

        var refused = await TryDockerAsync("network", "connect", RouteHost.Alike, Container);

        refused.ExitCode.Should().NotBe(0);
        refused.StandardError.Should().ContainAll("169.254.1.1/32", RouteHost.Shared, RouteHost.Alike, "docker network disconnect");
        await AssertDefaultsAsync(RouteHost.Shared, "staging", "null");
        await DockerAsync("stop", Container);
        await TryDockerAsync("network", "disconnect", RouteHost.Alike, Container); // Some engines keep what was refused in their list.
        await DockerAsync("start", Container);
        await AssertDefaultsAsync(RouteHost.Shared, "staging", "null");
    }

    [Feature("Containers: IPv6 switched off (`--sysctl net.ipv6.conf.all.disable_ipv6=1`)")]
    [Theory]
    [InlineData("staging", "cni")]
    [InlineData("staging", "null")]
    [InlineData("sandbox", "cni")]
    [InlineData("sandbox", "null")]
    public async Task IPv6_that_was_switched_off_on_purpose_stays_off(string attach, string ipam)
    {
        Assert.SkipWhen(attach == "sandbox" && Host.Engine < EngineVersion.V28,
            "engine: before Docker 28 the sandbox does not show what the user switched off");
        await CreateNetworkAsync(RouteHost.Tuned, attach, ipam);
        string[] run = ["run", "--detach", "--name", Container, "--sysctl", "net.ipv6.conf.all.disable_ipv6=1", "--network",
            RouteHost.Tuned, Image, .. WebServer];

        var started = await TryDockerAsync(run);

        if (ipam == "null" && Host.Engine >= EngineVersion.V28)
        {
            started.ExitCode.Should().NotBe(0); // Docker has noted an address by the time the container can be looked at.
            started.StandardError.Should().ContainAll("IPv6 is switched off", RouteHost.Tuned, "--ipam-driver cni");
            return;
        }

        started.EnsureSuccess();
        await Eventually.IsTrueAsync(async _ => (await DefaultsAsync()).Length > 0, Cancellation);
        (await InsideAsync("-6", "address")).Should().BeEmpty();
        (await InsideAsync("-6", "route")).Where(route => !route.Contains("unreachable", StringComparison.Ordinal)).Should().BeEmpty();
        if (Host.Engine >= EngineVersion.V28)
            (await DockerAsync("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.GlobalIPv6Address}}{{.IPv6Gateway}}{{end}}",
                Container)).Should().BeEmpty();
    }

    private async Task AssertFollowsGatewayAsync(string network, string ipam)
    {
        await DockerAsync("network", "connect", "bridge", Container);
        var defaults = await DefaultsAsync();
        if (network is RouteHost.Straight or RouteHost.Shared) // Docker prefers a network with gateways of both families to docker0.
            defaults[0].Should().StartWith("default via 172.17.0.1");

        if (network is RouteHost.Shared)
            defaults.Should().ContainSingle("the second way out has gone with the first");

        await DockerAsync("network", "disconnect", "bridge", Container);
        await AssertDefaultsAsync(network, "staging", ipam);
    }

    private async Task CreateNetworkAsync(string cniNetwork, string attach, string ipam)
    {
        (await Host.BridgeAsync(
            ["networks", "create", cniNetwork, "--ipam", ipam, "-o", $"cni.attach={attach}"], Cancellation)).EnsureSuccess();
        _networks.Add(cniNetwork);
    }

    // Before Docker 28 the sandbox is there only for networks that a running container is connected to.
    private async Task RunAsync(string network, string attach)
    {
        var connects = attach == "sandbox" && Host.Engine < EngineVersion.V28;
        await DockerAsync(
            ["run", "--detach", "--name", Container, "--network", connects ? EngineHost.InternalNetwork : network, Image, .. WebServer]);
        if (connects)
            await DockerAsync("network", "connect", network, Container);
    }

    private async Task AssertDefaultsAsync(string network, string attach, string ipam)
    {
        var link =
            (await InsideAsync("-o", "-4", "address")).Single(line => line.Contains(" 10.98.", StringComparison.Ordinal)).Split(
                ' ', StringSplitOptions.RemoveEmptyEntries);
        var (index, name) = (int.Parse(link[0].TrimEnd(':'), CultureInfo.InvariantCulture), link[1]);
        // Docker knows no IPv6 address there, and would discard the gateway.
        var six = attach == "sandbox" && ipam == "null" ? 1024 + index : 1024;
        string[] expected = network switch
        {
            RouteHost.Straight =>
                [$"default dev {name} scope link metric {index}", $"default dev {name} metric {1024 + index} pref medium"],
            RouteHost.Tuned =>
            [
                $"default via 10.98.2.1 dev {name} mtu 1450 advmss 1400 initcwnd 20", $"default via 10.98.2.254 dev {name} metric 200",
                $"default via fd00:98:2::1 dev {name} metric {six} mtu 1350 pref medium",
                $"default via fd00:98:2::fe dev {name} metric 2048 pref medium",
            ],
            RouteHost.Shared => [$"default via 169.254.1.1 dev {name} mtu 1450", $"default via 169.254.1.1 dev {name} metric 300"],
            _ => [$"default via 192.0.2.1 dev {name} onlink", $"default via fd00:99::1 dev {name} metric {six} onlink pref medium"],
        };
        string[] found = [];
        await Eventually.IsTrueAsync(async _ => (found = await OursAsync()).SequenceEqual(expected), Cancellation);
        found.Should().Equal(expected, $"that is what the plugins made ({network}, {attach}, {ipam})");
    }

    // Before Docker 28 even an internal network of Docker's own has a gateway.
    private async Task<string[]> OursAsync() =>
        [.. (await DefaultsAsync()).Where(route => !route.Contains("via 172.", StringComparison.Ordinal))];

    private async Task<string[]> DefaultsAsync() =>
        [.. await InsideAsync("-4", "route", "show", "default"), .. await InsideAsync("-6", "route", "show", "default")];

    private async Task<string[]> InsideAsync(params string[] arguments)
    {
        var process = await DockerAsync("inspect", "--format", "{{.State.Pid}}", Container);
        var output = (await Host.RunAsync(["nsenter", $"--net=/proc/{process}/ns/net", "ip", .. arguments], Cancellation)).EnsureSuccess()
            .Output;
        return [.. output.Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Where(
            line => line.Length > 0)];
    }
}
