using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>Routes that are restored when a link has arrived in the sandbox.</summary>
public sealed class RestoredRouteTests : ArrivalTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_default_route_of_IPv6_is_set_only_where_docker_does_not_and_behind_that_of_others(bool ours)
    {
        Host.RunPlugin();
        Tool.Ip(Host.StagingPath, "addr add fd00:88::5/64 dev eth0 nodad");
        Tool.Ip(Host.StagingPath, "-6 route add default via fd00:88::1 dev eth0");
        var snapshot = Host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        Host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        Host.LetDockerTakeIt();
        Tool.Ip(Host.SandboxPath, "-6 addr add fd00:88::5/64 dev eth0 nodad");

        Finish(snapshot, ownsIPv6: ours).Should().Be(ArrivalState.Arrived);
        Finish(snapshot, ownsIPv6: ours).Should().Be(ArrivalState.Arrived);

        Tool.Ip(Host.SandboxPath, "-6 route add default via fd00:88::2 dev eth0"); // What another network has from Docker finds its place.
        var routes = Tool.Ip(Host.SandboxPath, "-6 route show default").Trim().Split('\n');
        routes.Should().HaveCount(ours ? 2 : 1);
        routes[0].Should().Contain("fd00:88::2");
    }

    [Fact]
    public void A_connected_route_that_plugins_had_removed_is_removed_again()
    {
        Host.RunPlugin();
        Tool.Ip(Host.StagingPath, "addr add fd00:88::5/64 dev eth0 nodad");
        Tool.Ip(Host.StagingPath, "-6 route del fd00:88::/64 dev eth0");
        Tool.Ip(Host.StagingPath, "-6 route add fd00:88::1 dev eth0");
        Tool.Ip(Host.StagingPath, "-6 route add fd00:88::/64 via fd00:88::1 dev eth0");
        var snapshot = Host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        Host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        Host.LetDockerTakeIt();
        Tool.Ip(Host.SandboxPath, "-6 addr add fd00:88::5/64 dev eth0 nodad");
        Tool.Ip(Host.SandboxPath, "-6 route add fd00:88::1 dev eth0");
        Tool.Ip(Host.SandboxPath, "-6 route add fd00:88::/64 via fd00:88::1 dev eth0");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Tool.Ip(Host.SandboxPath, "-6 route show").Split('\n').Where(route => route.StartsWith("fd00:88::/64", StringComparison.Ordinal))
            .Should().ContainSingle().Which.Should().Contain("via fd00:88::1");
        Tool.Ip(Host.SandboxPath, "-4 route show").Should().Contain("10.88.0.0/16 dev eth0 proto kernel");
    }

    [Fact]
    public void A_connected_route_that_plugins_had_replaced_is_replaced_again()
    {
        Host.RunPlugin();
        Tool.Ip(Host.StagingPath, "addr add 10.161.5.9/24 dev eth0");
        Tool.Ip(Host.StagingPath, "route del 10.161.5.0/24 dev eth0");
        Tool.Ip(Host.StagingPath, "route add 10.161.5.1 dev eth0 src 10.161.5.9");
        Tool.Ip(Host.StagingPath, "route add 10.161.5.0/24 via 10.161.5.1 src 10.161.5.9");
        var staged = Tool.Ip(Host.StagingPath, "-4 route show");
        var snapshot = Host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        Host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        Host.LetDockerTakeIt(routes: "10.161.5.1");
        Tool.Ip(Host.SandboxPath, "route add 10.161.5.0/24 via 10.161.5.1");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Tool.Ip(Host.SandboxPath, "-4 route show").Should().Be(staged);
    }

    [Theory]
    [InlineData("addr add 10.55.0.5/24 dev eth0 metric 77", "10.55.0.0/24 proto kernel scope link src 10.55.0.5 metric 77")]
    [InlineData("addr change 10.88.0.5/16 dev eth0 metric 77", "10.88.0.0/16 proto kernel scope link src 10.88.0.5 metric 77")]
    [InlineData("addr add fd55::5/64 dev eth0 metric 77 nodad", "fd55::/64 proto kernel metric 77 pref medium")]
    public void A_subnet_whose_route_has_a_metric_stays_connected(string command, string route)
    {
        Host.RunPlugin();
        Host.AddExtras();
        Tool.Ip(Host.StagingPath, command);
        var snapshot = Host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        Host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        LetDockerTakeIt();

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Routes(Host.SandboxPath).Should().Contain(route);
        Host.Staging.Return(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname, Host.SandboxPath, snapshot);
        Routes(Host.StagingPath).Should().Contain(route);

        string Routes(string path) => Tool.Ip(path, route.Contains("::") ? "-6 route show dev eth0" : "route show dev eth0");
    }

    [Fact]
    public void A_default_route_is_not_restored_because_docker_chooses_among_gateways()
    {
        var snapshot = Send();
        LetDockerTakeIt();
        Tool.Ip(Host.SandboxPath, "route del default");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Tool.Ip(Host.SandboxPath, "route show").Should().NotContain("default");
        Tool.Ip(Host.SandboxPath, "route show table 100").Should().Contain("default via 10.88.0.1");
    }

    [Fact]
    public void A_preferred_source_that_docker_dropped_from_a_route_is_restored()
    {
        Host.RunPlugin();
        Tool.Ip(Host.StagingPath, "addr add 10.99.0.5/24 dev eth0");
        Tool.Ip(Host.StagingPath, "route add 10.60.0.0/16 via 10.88.0.1 src 10.99.0.5 mtu 1300");
        var snapshot = Host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        Host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        Host.LetDockerTakeIt(routes: "10.60.0.0/16 via 10.88.0.1");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Tool.Ip(Host.SandboxPath, "route show 10.60.0.0/16").Trim().Should().Be(
            "10.60.0.0/16 via 10.88.0.1 dev eth0 src 10.99.0.5 mtu 1300");
    }

    [Fact]
    public void A_route_that_conflicts_with_another_interface_is_an_error_that_names_the_interface()
    {
        var snapshot = Send();
        Tool.Ip(Host.SandboxPath, "link add taken type veth peer name taken-peer");
        Tool.Ip(Host.SandboxPath, "link set taken up");
        Tool.Ip(Host.SandboxPath, "addr add 192.168.7.2/24 dev taken");
        Tool.Ip(Host.SandboxPath, "route add default via 192.168.7.1 dev taken table 100");
        LetDockerTakeIt();

        var finish = () => Finish(snapshot);

        finish.Should().Throw<IOException>().WithMessage(
            "could not add route 0.0.0.0/0 via 10.88.0.1 table 100*(EEXIST*Another network of the container has a conflicting route*");
    }
}
