using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>A link in the sandbox: when Docker has finished with it, and what is put back then.</summary>
public sealed class ArrivalTests : IDisposable
{
    private const string StagingAlias = $"\\    alias cnm-cni staging {ThrowAwayHost.Id}";

    private readonly ThrowAwayHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Changes_that_plugins_made_in_the_sandbox_stay()
    {
        var snapshot = Send();
        LetDockerTakeIt();
        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        Tool.Ip(_host.SandboxPath, "route del 10.60.0.0/16");

        _host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot, isFinished: true)
            .Should().Be(new Arrival(ArrivalState.Arrived, "eth0"));

        Tool.Ip(_host.SandboxPath, "route show").Should().NotContain("10.60.0.0/16");
    }

    [Fact]
    public void The_link_is_in_the_host_until_docker_moves_it()
    {
        var snapshot = Send();

        Finish(snapshot).Should().Be(ArrivalState.InHost);
    }

    [Fact]
    public void An_arrival_waits_until_docker_has_set_the_link_up_and_set_its_routes()
    {
        var snapshot = Send();
        File.WriteAllText(_host.PathOf("empty"), "");
        Tool.Ip(_host.HostPath, $"link set {ThrowAwayHost.HostIfname} netns {_host.SandboxPath}");

        _host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.PathOf("empty"), snapshot).State.Should().Be(
            ArrivalState.NotReady);
        _host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.PathOf("nothing"), snapshot).State.Should().Be(
            ArrivalState.NotReady);
        Finish(snapshot).Should().Be(ArrivalState.NotReady);
        Tool.Ip(_host.SandboxPath, $"link set {ThrowAwayHost.HostIfname} name eth0");
        Tool.Ip(_host.SandboxPath, "addr add 10.88.0.5/16 dev eth0");
        Tool.Ip(_host.SandboxPath, "link set eth0 up");
        Finish(snapshot).Should().Be(ArrivalState.NotReady);
        Tool.Ip(_host.SandboxPath, "route add 10.60.0.0/16 via 10.88.0.1");
        Tool.Ip(_host.SandboxPath, "-6 addr add fd00:88::5/64 dev eth0 nodad");
        Tool.Ip(_host.SandboxPath, "-6 route add fd00:99::/64 via fd00:88::1 dev eth0");
        Finish(snapshot).Should().Be(ArrivalState.Arrived);
    }

    [Fact]
    public void With_a_gateway_an_arrival_waits_for_the_default_route_which_docker_sets_last()
    {
        var snapshot = Send();
        LetDockerTakeIt();
        Tool.Ip(_host.SandboxPath, "route del default");

        Finish(snapshot, isGateway: true).Should().Be(ArrivalState.NotReady);
        Tool.Ip(_host.SandboxPath, "route add default via 10.88.0.1");

        Finish(snapshot, isGateway: true).Should().Be(ArrivalState.Arrived);
    }

    [Fact]
    public void A_link_that_is_neither_in_the_host_nor_in_the_sandbox_is_gone()
    {
        var snapshot = Send();
        Tool.Ip(_host.HostPath, "link del veth-peer");

        Finish(snapshot).Should().Be(ArrivalState.Gone);
    }

    [Theory]
    [InlineData("eth0")]
    [InlineData("eth1")]
    public void On_arrival_everything_that_docker_does_not_copy_is_restored_and_the_path_leads_to_the_sandbox(string sandboxIfname)
    {
        var staged = SendWithCensus(out var snapshot);
        LetDockerTakeIt(sandboxIfname);

        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        var inside = ThrowAwayHost.Census(_host.SandboxPath).Replace(sandboxIfname, "eth0", StringComparison.Ordinal);
        inside.Split('\n').Should().BeEquivalentTo(staged.Replace(StagingAlias, "", StringComparison.Ordinal).Split('\n'));
        using var named = NetworkNamespace.Open(_host.StagingPath);
        using var sandbox = NetworkNamespace.Open(_host.SandboxPath);
        named.IsSameAs(sandbox).Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_default_route_of_IPv6_is_set_only_where_docker_does_not_and_behind_that_of_others(bool ours)
    {
        _host.RunPlugin();
        Tool.Ip(_host.StagingPath, "addr add fd00:88::5/64 dev eth0 nodad");
        Tool.Ip(_host.StagingPath, "-6 route add default via fd00:88::1 dev eth0");
        var snapshot = _host.Staging.Capture(ThrowAwayHost.Id, "eth0");
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        _host.LetDockerTakeIt();
        Tool.Ip(_host.SandboxPath, "-6 addr add fd00:88::5/64 dev eth0 nodad");

        Finish(snapshot, ownsIPv6: ours).Should().Be(ArrivalState.Arrived);
        Finish(snapshot, ownsIPv6: ours).Should().Be(ArrivalState.Arrived);

        Tool.Ip(_host.SandboxPath, "-6 route add default via fd00:88::2 dev eth0"); // What another network has from Docker finds its place.
        var routes = Tool.Ip(_host.SandboxPath, "-6 route show default").Trim().Split('\n');
        routes.Should().HaveCount(ours ? 2 : 1);
        routes[0].Should().Contain("fd00:88::2");
    }

    [Fact]
    public void A_connected_route_that_plugins_had_removed_is_removed_again()
    {
        _host.RunPlugin();
        Tool.Ip(_host.StagingPath, "addr add fd00:88::5/64 dev eth0 nodad");
        Tool.Ip(_host.StagingPath, "-6 route del fd00:88::/64 dev eth0");
        Tool.Ip(_host.StagingPath, "-6 route add fd00:88::1 dev eth0");
        Tool.Ip(_host.StagingPath, "-6 route add fd00:88::/64 via fd00:88::1 dev eth0");
        var snapshot = _host.Staging.Capture(ThrowAwayHost.Id, "eth0");
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        _host.LetDockerTakeIt();
        Tool.Ip(_host.SandboxPath, "-6 addr add fd00:88::5/64 dev eth0 nodad");
        Tool.Ip(_host.SandboxPath, "-6 route add fd00:88::1 dev eth0");
        Tool.Ip(_host.SandboxPath, "-6 route add fd00:88::/64 via fd00:88::1 dev eth0");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Tool.Ip(_host.SandboxPath, "-6 route show").Split('\n').Where(route => route.StartsWith("fd00:88::/64", StringComparison.Ordinal))
            .Should().ContainSingle().Which.Should().Contain("via fd00:88::1");
        Tool.Ip(_host.SandboxPath, "-4 route show").Should().Contain("10.88.0.0/16 dev eth0 proto kernel");
    }

    [Fact]
    public void A_connected_route_that_plugins_had_replaced_is_replaced_again()
    {
        _host.RunPlugin();
        Tool.Ip(_host.StagingPath, "addr add 10.161.5.9/24 dev eth0");
        Tool.Ip(_host.StagingPath, "route del 10.161.5.0/24 dev eth0");
        Tool.Ip(_host.StagingPath, "route add 10.161.5.1 dev eth0 src 10.161.5.9");
        Tool.Ip(_host.StagingPath, "route add 10.161.5.0/24 via 10.161.5.1 src 10.161.5.9");
        var staged = Tool.Ip(_host.StagingPath, "-4 route show");
        var snapshot = _host.Staging.Capture(ThrowAwayHost.Id, "eth0");
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        _host.LetDockerTakeIt(routes: "10.161.5.1");
        Tool.Ip(_host.SandboxPath, "route add 10.161.5.0/24 via 10.161.5.1");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Tool.Ip(_host.SandboxPath, "-4 route show").Should().Be(staged);
    }

    [Theory]
    [InlineData("addr add 10.55.0.5/24 dev eth0 metric 77", "10.55.0.0/24 proto kernel scope link src 10.55.0.5 metric 77")]
    [InlineData("addr change 10.88.0.5/16 dev eth0 metric 77", "10.88.0.0/16 proto kernel scope link src 10.88.0.5 metric 77")]
    [InlineData("addr add fd55::5/64 dev eth0 metric 77 nodad", "fd55::/64 proto kernel metric 77 pref medium")]
    public void A_subnet_whose_route_has_a_metric_stays_connected(string command, string route)
    {
        _host.RunPlugin();
        _host.AddExtras();
        Tool.Ip(_host.StagingPath, command);
        var snapshot = _host.Staging.Capture(ThrowAwayHost.Id, "eth0");
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        LetDockerTakeIt();

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Routes(_host.SandboxPath).Should().Contain(route);
        _host.Staging.BringHome(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot);
        Routes(_host.StagingPath).Should().Contain(route);

        string Routes(string path) => Tool.Ip(path, route.Contains("::") ? "-6 route show dev eth0" : "route show dev eth0");
    }

    [Fact]
    public void A_default_route_is_not_put_back_because_docker_chooses_among_gateways()
    {
        var snapshot = Send();
        LetDockerTakeIt();
        Tool.Ip(_host.SandboxPath, "route del default");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Tool.Ip(_host.SandboxPath, "route show").Should().NotContain("default");
        Tool.Ip(_host.SandboxPath, "route show table 100").Should().Contain("default via 10.88.0.1");
    }

    [Fact]
    public void A_source_that_docker_dropped_from_a_route_is_put_back()
    {
        _host.RunPlugin();
        Tool.Ip(_host.StagingPath, "addr add 10.99.0.5/24 dev eth0");
        Tool.Ip(_host.StagingPath, "route add 10.60.0.0/16 via 10.88.0.1 src 10.99.0.5 mtu 1300");
        var snapshot = _host.Staging.Capture(ThrowAwayHost.Id, "eth0");
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        _host.LetDockerTakeIt(routes: "10.60.0.0/16 via 10.88.0.1");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Tool.Ip(_host.SandboxPath, "route show 10.60.0.0/16").Trim().Should().Be(
            "10.60.0.0/16 via 10.88.0.1 dev eth0 src 10.99.0.5 mtu 1300");
    }

    [Fact]
    public void IPv6_is_enabled_for_a_link_local_address_that_docker_does_not_know()
    {
        _host.RunPlugin();
        Tool.Ip(_host.StagingPath, "addr add fe80::88:5/64 dev eth0 nodad");
        var snapshot = _host.Staging.Capture(ThrowAwayHost.Id, "eth0");
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        Tool.Run("nsenter", $"--net={_host.SandboxPath}", "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
        _host.LetDockerTakeIt();

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Tool.Ip(_host.SandboxPath, "-6 addr show eth0").Should().Contain("inet6 fe80::88:5/64 scope link nodad");
    }

    [Fact]
    public void IPv6_stays_disabled_where_it_was_disabled_after_docker_had_enabled_it()
    {
        var snapshot = Send();
        LetDockerTakeIt();
        Tool.Run("nsenter", $"--net={_host.SandboxPath}", "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Tool.Ip(_host.SandboxPath, "-6 addr show eth0").Should().BeEmpty();
        Tool.Ip(_host.SandboxPath, "route show table 100").Should().Contain(
            "default via 10.88.0.1", "what is of IPv4 is put back all the same");
    }

    [Fact]
    public void A_link_that_the_plugins_left_down_is_down_in_the_sandbox_and_in_the_staging_namespace()
    {
        _host.RunPlugin();
        Tool.Ip(_host.StagingPath, "addr flush dev eth0");
        Tool.Ip(_host.StagingPath, "link set eth0 down");
        var snapshot = _host.Staging.Capture(ThrowAwayHost.Id, "eth0");
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        Finish(snapshot).Should().Be(ArrivalState.InHost);
        Tool.Ip(_host.HostPath, $"link set {ThrowAwayHost.HostIfname} netns {_host.SandboxPath}");
        Finish(snapshot).Should().Be(ArrivalState.NotReady);
        Tool.Ip(_host.SandboxPath, $"link set {ThrowAwayHost.HostIfname} name eth0 up");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Tool.Ip(_host.SandboxPath, "link show eth0").Should().Contain("state DOWN").And.NotContain("UP>").And.NotContain(",UP");
        _host.LetDockerPutItBack();
        _host.Staging.BringHome(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot).Should().Be(
            LinkHome.Returned);
        Tool.Ip(_host.StagingPath, "link show eth0").Should().NotContain(",UP");
    }

    [Fact]
    public void Neighbours_with_another_MAC_for_our_addresses_are_updated()
    {
        var snapshot = Send();
        LetDockerTakeIt();
        string[] addresses = ["10.88.0.5", "fd00:88::5"];
        foreach (var address in addresses)
            Tool.Ip(_host.HostPath, $"neigh replace {address} lladdr 02:00:00:00:00:99 dev veth-peer nud reachable");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        foreach (var address in addresses)
        {
            // The kernel takes frames in when it comes to it.
            SpinWait.SpinUntil(() => Known(address).Contains(ThrowAwayHost.Mac), TimeSpan.FromSeconds(60));
            Known(address).Should().Contain(ThrowAwayHost.Mac);
        }

        string Known(string address) => Tool.Ip(_host.HostPath, $"neigh show {address} dev veth-peer");
    }

    [Fact]
    public void A_route_that_conflicts_with_another_interface_is_an_error_that_names_the_interface()
    {
        var snapshot = Send();
        Tool.Ip(_host.SandboxPath, "link add taken type veth peer name taken-peer");
        Tool.Ip(_host.SandboxPath, "link set taken up");
        Tool.Ip(_host.SandboxPath, "addr add 192.168.7.2/24 dev taken");
        Tool.Ip(_host.SandboxPath, "route add default via 192.168.7.1 dev taken table 100");
        LetDockerTakeIt();

        var finish = () => Finish(snapshot);

        finish.Should().Throw<IOException>().WithMessage(
            "could not add route 0.0.0.0/0 via 10.88.0.1 table 100*(EEXIST*Another of the container's networks has a route in that place*");
    }

    [Fact]
    public void A_macvlan_is_distinguished_from_others_on_the_same_parent()
    {
        _host.Staging.Create(ThrowAwayHost.Id);
        Tool.Ip(_host.HostPath, "link add parent type veth peer name parent-peer");
        Tool.Ip(_host.HostPath,
            $"link add link parent name eth0 address {ThrowAwayHost.Mac} netns {_host.StagingPath} type macvlan mode bridge");
        Tool.Ip(_host.HostPath,
            $"link add link parent name eth0 address 02:42:0a:58:00:06 netns {_host.SandboxPath} type macvlan mode bridge");
        Tool.Ip(_host.StagingPath, "addr add 10.88.0.5/16 dev eth0");
        var snapshot = _host.Staging.Capture(ThrowAwayHost.Id, "eth0");
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        _host.LetDockerTakeIt("eth1");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        _host.Staging.BringHome(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot).Should().Be(
            LinkHome.FetchedFromSandbox);

        Tool.Ip(_host.StagingPath, "-d link show eth0").Should().Contain(ThrowAwayHost.Mac).And.Contain("macvlan mode bridge");
        Tool.Ip(_host.SandboxPath, "link show eth0").Should().Contain("02:42:0a:58:00:06");
    }

    private void LetDockerTakeIt(string ifname = "eth0")
    {
        _host.LetDockerTakeIt(ifname, routes: "10.60.0.0/16 via 10.88.0.1");
        Tool.Ip(_host.SandboxPath, $"-6 addr add fd00:88::5/64 dev {ifname} nodad");
        Tool.Ip(_host.SandboxPath, $"-6 route add fd00:99::/64 via fd00:88::1 dev {ifname}");
    }

    private LinkSnapshot Send()
    {
        SendWithCensus(out var snapshot);
        return snapshot;
    }

    private string SendWithCensus(out LinkSnapshot snapshot)
    {
        _host.RunPlugin();
        _host.AddExtras();
        var census = ThrowAwayHost.Census(_host.StagingPath);
        snapshot = _host.Staging.Capture(ThrowAwayHost.Id, "eth0");
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        return census;
    }

    private ArrivalState Finish(LinkSnapshot snapshot, bool isGateway = false, bool ownsIPv6 = false) =>
        _host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot,
            new OwnDefaultRoutes(IPv4: false, ownsIPv6), awaitsGateway: isGateway).State;
}
