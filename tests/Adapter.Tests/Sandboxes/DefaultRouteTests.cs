using System.Globalization;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>Default routes of a link that travels: Docker sets what it was told of one, and a container has what a pod has.</summary>
public sealed class DefaultRouteTests : IDisposable
{
    private readonly ThrowAwayHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void When_docker_chooses_our_gateway_the_plugins_default_routes_of_both_families_are_restored()
    {
        var (staged, snapshot) = Send(
            "route replace default via 10.88.0.1 mtu lock 1450 advmss 1400 initcwnd 20 src 10.88.0.5",
            "route add default via 10.88.0.2 metric 200",
            "-6 route add default via fd00:88::1 dev eth0 mtu 1350 pref high",
            "-6 route add default via fd00:88::2 dev eth0 metric 2048");
        LetDockerTakeIt("fd00:88::1");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Defaults().Should().Equal(staged);
    }

    [Fact]
    public void A_default_route_with_a_metric_replaces_the_one_that_docker_set()
    {
        var (staged, snapshot) =
            Send("route del default", "route add default via 10.88.0.1 metric 100",
                "-6 route add default via fd00:88::1 dev eth0 metric 64");
        LetDockerTakeIt("fd00:88::1");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Defaults().Should().Equal(staged);
    }

    [Fact]
    public void A_default_route_that_docker_sets_again_is_replaced_again()
    {
        var (staged, snapshot) = Send("route replace default via 10.88.0.1 mtu 1450", "route add default via 10.88.0.2 metric 200");
        LetDockerTakeIt();
        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        Tool.Ip(_host.SandboxPath, "route replace default via 10.88.0.1");

        _host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot, isFinished: true)
            .State.Should().Be(ArrivalState.Arrived);

        Defaults().Should().Equal(staged);
    }

    [Fact]
    public void When_docker_chose_the_gateway_of_another_network_ours_is_not_set()
    {
        var (_, snapshot) = Send("route replace default via 10.88.0.1 mtu 1450", "route add default via 10.88.0.2 metric 200");
        AddOtherNetwork();
        LetDockerTakeIt();
        Tool.Ip(_host.SandboxPath, "route replace default via 172.17.0.1 dev other");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Defaults().Should().Equal("default via 172.17.0.1 dev other");
    }

    [Fact]
    public void When_docker_changes_to_the_gateway_of_another_network_our_default_routes_are_removed()
    {
        var (_, snapshot) = Send("route replace default via 10.88.0.1 mtu 1450", "route add default via 10.88.0.2 metric 200");
        LetDockerTakeIt();
        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        _host.Staging.GiveWay(_host.SandboxPath, snapshot);
        Defaults().Should().HaveCount(2, "the container stops, and nobody else has a way out");
        AddOtherNetwork();
        Tool.Ip(_host.SandboxPath, "route del default via 10.88.0.1"); // As Docker takes back what it set.
        Tool.Ip(_host.SandboxPath, "route add default via 172.17.0.1");

        _host.Staging.GiveWay(_host.SandboxPath, snapshot);

        Defaults().Should().Equal("default via 172.17.0.1 dev other");
    }

    [Theory]
    [InlineData("10.88.0.5/16 brd 10.88.255.255")]
    [InlineData("10.88.0.5/32")]
    public void A_default_route_without_next_hop_gets_a_higher_metric_than_dockers(string address)
    {
        var (_, snapshot) = Send(
            "addr flush dev eth0", $"addr add {address} dev eth0", "addr add fd00:88::5/128 dev eth0 nodad",
            "route add default dev eth0 mtu 1450", "-6 route add default dev eth0");
        _host.LetDockerTakeIt(address: address, routes: "10.88.0.1");
        Tool.Ip(_host.SandboxPath, "route del default");
        Tool.Ip(_host.SandboxPath, "route del 10.88.0.1 dev eth0");

        var own = new OwnDefaultRoutes(IPv4: true, IPv6: true);
        Finish(snapshot, own).Should().Be(ArrivalState.Arrived);
        Finish(snapshot, own).Should().Be(ArrivalState.Arrived);

        var index = int.Parse(Tool.Ip(_host.SandboxPath, "-o link show eth0").Split(':')[0], CultureInfo.InvariantCulture);
        Defaults().Should().Equal(
            $"default dev eth0 scope link metric {index} mtu 1450", $"default dev eth0 metric {1024 + index} pref medium");
        AddOtherNetwork();
        Tool.Ip(_host.SandboxPath, "route add default via 172.17.0.1"); // Docker finds its place free when another network is connected.
    }

    [Fact]
    public void A_next_hop_outside_every_subnet_is_on_link_again()
    {
        var (staged, snapshot) = Send(
            "route replace default via 192.0.2.1 dev eth0 onlink", "-6 route add default via fd00:99::1 dev eth0 onlink");
        _host.LetDockerTakeIt(routes: "192.0.2.1");
        Tool.Ip(_host.SandboxPath, "-6 addr add fd00:88::5/64 dev eth0 nodad");
        Tool.Ip(_host.SandboxPath, "-6 route add fd00:99::1 dev eth0");
        Tool.Ip(_host.SandboxPath, "route replace default via 192.0.2.1");
        Tool.Ip(_host.SandboxPath, "-6 route add default via fd00:99::1");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Defaults().Should().Equal(staged);
    }

    private (string[] Staged, LinkSnapshot Snapshot) Send(params string[] commands)
    {
        _host.RunPlugin();
        Tool.Ip(_host.StagingPath, "addr add fd00:88::5/64 dev eth0 nodad");
        foreach (var command in commands)
            Tool.Ip(_host.StagingPath, command);

        var (staged, snapshot) = (Defaults(_host.StagingPath), _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link);
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        return (staged, snapshot);
    }

    private void LetDockerTakeIt(string? gatewayIPv6 = null)
    {
        _host.LetDockerTakeIt();
        Tool.Ip(_host.SandboxPath, "-6 addr add fd00:88::5/64 dev eth0 nodad");
        if (gatewayIPv6 is not null)
            Tool.Ip(_host.SandboxPath, $"-6 route add default via {gatewayIPv6}");
    }

    private void AddOtherNetwork()
    {
        Tool.Ip(_host.HostPath, $"link add other-peer up type veth peer name other netns {_host.SandboxPath}");
        Tool.Ip(_host.SandboxPath, "addr add 172.17.0.2/16 dev other");
        Tool.Ip(_host.SandboxPath, "link set other up");
    }

    private string[] Defaults() => Defaults(_host.SandboxPath);

    private static string[] Defaults(string netns) =>
        [.. new[] { "-4", "-6" }.SelectMany(family => Tool.Ip(netns, $"{family} route show default").Split('\n'))
            .Select(line => line.Trim().Replace("  ", " ", StringComparison.Ordinal)).Where(line => line.Length > 0)];

    private ArrivalState Finish(LinkSnapshot snapshot, OwnDefaultRoutes own = default) =>
        _host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot, own).State;
}
