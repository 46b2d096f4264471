using System.Globalization;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>Chains that run in the container's own sandbox, which has another network already.</summary>
public sealed class InPlaceTests : IDisposable
{
    private readonly ThrowAwayHost _host = new();

    public InPlaceTests()
    {
        Tool.Ip(_host.HostPath, $"link add docker-peer type veth peer name eth0 netns {_host.SandboxPath}");
        Tool.Ip(_host.SandboxPath, "addr add 172.17.0.2/16 dev eth0");
        Tool.Ip(_host.SandboxPath, "addr add fd00:17::2/64 dev eth0 nodad");
        Tool.Ip(_host.SandboxPath, "link set eth0 up");
        Tool.Ip(_host.HostPath, "link set docker-peer up");
        Tool.Ip(_host.SandboxPath, "route add default via 172.17.0.1");
        Tool.Ip(_host.SandboxPath, "-6 route add default via fd00:17::1 dev eth0");
        Tool.Ip(_host.SandboxPath, "route add blackhole 10.71.0.0/16");
        Tool.Ip(_host.SandboxPath, "rule add from 172.17.0.2 fwmark 0x7/0xff lookup 17 priority 900");
        Tool.Ip(_host.SandboxPath, "neigh add 172.17.0.77 lladdr 02:00:00:00:00:77 dev eth0 nud permanent");
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Whether_a_plugin_disabled_IPv6_is_read_in_the_namespace_of_the_link()
    {
        _host.RunPlugin();
        var before = _host.Staging.IsIPv6OffFor(ThrowAwayHost.Id, "eth0");

        Tool.Run("nsenter", [$"--net={_host.StagingPath}", "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"]);

        (before, _host.Staging.IsIPv6OffFor(ThrowAwayHost.Id, "eth0")).Should().Be((false, true));
    }

    [Fact]
    public void A_sandbox_exists_when_a_namespace_is_mounted_at_its_path()
    {
        File.WriteAllText(_host.PathOf("empty"), "");

        Sandbox.Exists(_host.SandboxPath).Should().BeTrue();
        Sandbox.Exists(_host.PathOf("empty")).Should().BeFalse();
        Sandbox.Exists(_host.PathOf("nothing")).Should().BeFalse();
    }

    [Fact]
    public void The_next_interface_name_is_the_lowest_that_is_no_name_or_alternative_name_of_a_link()
    {
        Tool.Ip(_host.SandboxPath, "link property add dev eth0 altname eth1");
        Tool.Ip(_host.SandboxPath, "link add eth3 type veth peer name other");

        Sandbox.NextInterfaceName(_host.SandboxPath, "eth").Should().Be("eth2");
        Sandbox.NextInterfaceName(_host.SandboxPath, "net").Should().Be("net0");
    }

    [Fact]
    public void The_gateway_is_elsewhere_when_only_other_links_have_a_default_route()
    {
        Tool.Ip(_host.SandboxPath, "link add eth1 type veth peer name other");

        Sandbox.IsGatewayElsewhere(_host.SandboxPath, "eth0").Should().BeFalse();
        Sandbox.IsGatewayElsewhere(_host.SandboxPath, "eth1").Should().BeTrue();
        Tool.Ip(_host.SandboxPath, "route del default");
        Sandbox.IsGatewayElsewhere(_host.SandboxPath, "eth0").Should().BeFalse();
        Tool.Ip(_host.SandboxPath, "-6 route del default");
        Sandbox.IsGatewayElsewhere(_host.SandboxPath, "eth1").Should().BeFalse();
    }

    [Fact]
    public void The_attachments_path_names_the_sandbox_from_the_start_and_the_staging_namespace_is_below()
    {
        _host.Staging.MountSandbox(ThrowAwayHost.Id, _host.SandboxPath);
        _host.Staging.MountSandbox(ThrowAwayHost.Id, _host.SandboxPath);

        using (var named = NetworkNamespace.Open(_host.StagingPath))
        using (var sandbox = NetworkNamespace.Open(_host.SandboxPath))
            named.IsSameAs(sandbox).Should().BeTrue();

        _host.Staging.Create(ThrowAwayHost.Id);
        Tool.Ip(_host.StagingPath, "link show lo").Should().Contain(ThrowAwayHost.Id);
        File.ReadLines("/proc/self/mountinfo").Count(line => line.Contains(_host.StagingPath)).Should().Be(1);
    }

    [Fact]
    public void Links_that_the_sandbox_had_before_do_not_count_as_ours()
    {
        var snapshot = RunPluginInSandbox();

        snapshot.Addresses.Select(address => address.Address).Should().Equal("10.88.0.5", "fd00:88::5");
        snapshot.Rules.Select(rule => (int)rule.Priority).Should().Equal(1000);
        snapshot.Routes.Select(route => $"{route}").Should().BeEquivalentTo(
            "10.88.0.0/16 table 254",
            "0.0.0.0/0 via 10.88.0.1 table 254",
            "10.88.0.0/16 table 100",
            "10.70.0.0/16 table 100",
            "fd00:88::/64 table 254 metric 256",
            "fe80::/64 table 254 metric 256",
            "::/0 via fd00:88::1 table 254 metric 1024");
        snapshot.Neighbours.Select(neighbour => neighbour.Address).Should().Equal("10.88.0.78");
        snapshot.PeerIsInHost.Should().BeTrue();
    }

    [Fact]
    public void Our_default_routes_are_removed_and_those_of_others_stay()
    {
        var snapshot = RunPluginInSandbox();

        Sandbox.YieldDefaultRoutes(_host.SandboxPath, "eth1", snapshot);
        Sandbox.YieldDefaultRoutes(_host.SandboxPath, "eth1", snapshot);

        Tool.Ip(_host.SandboxPath, "route show default").Trim().Should().Be("default via 172.17.0.1 dev eth0");
        Tool.Ip(_host.SandboxPath, "-6 route show default").Trim().Should().StartWith("default via fd00:17::1 dev eth0").And.NotContain(
            "eth1");
    }

    [Fact]
    public void A_default_route_that_Docker_cannot_set_stays_with_a_higher_metric_than_others()
    {
        RunPluginInSandbox();
        Tool.Ip(_host.SandboxPath, "route del default dev eth1");
        Tool.Ip(_host.SandboxPath, "route prepend default dev eth1");
        var snapshot = _host.Staging.CaptureInSandbox(_host.SandboxPath, "eth1", Sandbox.ReadBaseline(_host.SandboxPath));

        Sandbox.YieldDefaultRoutes(_host.SandboxPath, "eth1", snapshot, new OwnDefaultRoutes(IPv4: true, IPv6: true));

        var index = Tool.Ip(_host.SandboxPath, "-o link show eth1").Split(':')[0];
        Tool.Ip(_host.SandboxPath, "route show default").Trim().Split('\n').Select(route => route.Trim())
            .Should().Equal("default via 172.17.0.1 dev eth0", $"default dev eth1 scope link metric {index}");
        Tool.Ip(_host.SandboxPath, "-6 route show default").Should().Contain(
            $"default via fd00:88::1 dev eth1 metric {1024 + int.Parse(index, CultureInfo.InvariantCulture)}");
    }

    [Fact]
    public void A_next_hop_outside_every_subnet_gets_a_route_for_Docker()
    {
        RunPluginInSandbox();
        Tool.Ip(_host.SandboxPath, "route del default dev eth1");
        Tool.Ip(_host.SandboxPath, "route prepend default via 192.0.2.1 dev eth1 onlink mtu 1300");
        var snapshot = _host.Staging.CaptureInSandbox(_host.SandboxPath, "eth1", Sandbox.ReadBaseline(_host.SandboxPath));

        Sandbox.YieldDefaultRoutes(_host.SandboxPath, "eth1", snapshot);
        Tool.Ip(_host.SandboxPath, "route del default via 172.17.0.1");
        Tool.Ip(_host.SandboxPath, "route add default via 192.0.2.1"); // As Docker does: not onlink.
        _host.Staging.SettleDefaultRoutes(_host.SandboxPath, snapshot);
        _host.Staging.SettleDefaultRoutes(_host.SandboxPath, snapshot);

        Tool.Ip(_host.SandboxPath, "route show default").Trim().Should().Be("default via 192.0.2.1 dev eth1 onlink mtu 1300");
    }

    [Fact]
    public void A_default_route_with_a_nexthop_object_is_removed_too()
    {
        RunPluginInSandbox();
        Tool.Ip(_host.SandboxPath, "route del default dev eth1");
        Tool.Ip(_host.SandboxPath, "nexthop add id 7 via 10.88.0.1 dev eth1");
        Tool.Ip(_host.SandboxPath, "route prepend default nhid 7");
        var snapshot = _host.Staging.CaptureInSandbox(_host.SandboxPath, "eth1", Sandbox.ReadBaseline(_host.SandboxPath));

        Sandbox.YieldDefaultRoutes(_host.SandboxPath, "eth1", snapshot);

        Tool.Ip(_host.SandboxPath, "route show default").Trim().Should().Be("default via 172.17.0.1 dev eth0");
        snapshot.GatewayRoute(isIPv6: false)!.Gateway.Should().Be("10.88.0.1");
    }

    [Fact]
    public void A_default_route_with_several_next_hops_stays_as_the_plugins_made_it()
    {
        RunPluginInSandbox();
        Tool.Ip(_host.SandboxPath, "-6 route del default via fd00:17::1 dev eth0"); // Without its next hop all would go.
        Tool.Ip(_host.SandboxPath, "-6 route append default via fd00:88::2 dev eth1");
        var made = Tool.Ip(_host.SandboxPath, "-6 route show default");
        var snapshot = _host.Staging.CaptureInSandbox(_host.SandboxPath, "eth1", Sandbox.ReadBaseline(_host.SandboxPath));
        snapshot.GatewayRoute(isIPv6: true).Should().BeNull("Docker can be told of one next hop only");

        Sandbox.YieldDefaultRoutes(_host.SandboxPath, "eth1", snapshot, new OwnDefaultRoutes(IPv4: false, IPv6: true));
        _host.Staging.SettleDefaultRoutes(_host.SandboxPath, snapshot, new OwnDefaultRoutes(IPv4: false, IPv6: true));

        Tool.Ip(_host.SandboxPath, "-6 route show default").Should().Be(made).And.Contain("fd00:88::1").And.Contain("fd00:88::2");
    }

    [Fact]
    public void DEL_runs_in_the_sandbox_while_the_link_exists()
    {
        var snapshot = RunPluginInSandbox();

        _host.Staging.ReturnUnlessInPlace(ThrowAwayHost.Id, "eth1", ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot).Should().Be(
            LinkOrigin.InPlace);
        _host.Staging.Remove(ThrowAwayHost.Id);
        _host.Staging.ReturnUnlessInPlace(ThrowAwayHost.Id, "eth1", ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot).Should().Be(
            LinkOrigin.InPlace);

        Tool.Ip(_host.StagingPath, "addr show eth1").Should().Contain("10.88.0.5/16");
        Tool.Ip(_host.StagingPath, "addr show eth0").Should().Contain("172.17.0.2/16");
    }

    [Fact]
    public void When_link_and_sandbox_are_gone_a_stand_in_has_its_name_and_addresses()
    {
        var snapshot = RunPluginInSandbox();
        _host.Staging.Remove(ThrowAwayHost.Id);
        NetworkNamespace.Unmount(_host.SandboxPath);

        _host.Staging.ReturnUnlessInPlace(ThrowAwayHost.Id, "eth1", ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot).Should().Be(
            LinkOrigin.StandIn);

        Tool.Ip(_host.StagingPath, "addr show eth1").Should().Contain("10.88.0.5/16").And.Contain("fd00:88::5/64");
        Tool.Ip(_host.StagingPath, "route show").Should().Contain("default via 10.88.0.1");
        Tool.Ip(_host.StagingPath, "link show").Should().NotContain(" eth0");
    }

    [Fact]
    public void A_link_that_the_container_renamed_moves_back_and_other_links_stay()
    {
        var snapshot = RunPluginInSandbox();
        Tool.Ip(_host.SandboxPath, "link set eth1 down");
        Tool.Ip(_host.SandboxPath, "link set eth1 name mine");

        _host.Staging.ReturnUnlessInPlace(ThrowAwayHost.Id, "eth1", ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot)
            .Should().Be(LinkOrigin.Sandbox);

        Tool.Ip(_host.StagingPath, "addr show eth1").Should().Contain("10.88.0.5/16");
        Tool.Ip(_host.SandboxPath, "link show").Should().NotContain("mine").And.Contain("eth0");
        Tool.Ip(_host.SandboxPath, "rule show").Should().Contain("900:").And.NotContain("1000:");
        Tool.Ip(_host.SandboxPath, "route show table all").Should().Contain("10.71.0.0/16").And.NotContain("10.70.0.0/16");
    }

    private LinkSnapshot RunPluginInSandbox()
    {
        _host.Staging.MountSandbox(ThrowAwayHost.Id, _host.SandboxPath);
        var before = Sandbox.ReadBaseline(_host.SandboxPath);
        Tool.Ip(_host.HostPath, $"link add veth-peer type veth peer name eth1 address {ThrowAwayHost.Mac} netns {_host.StagingPath}");
        Tool.Ip(_host.HostPath, "link set veth-peer up");
        Tool.Ip(_host.StagingPath, "addr add 10.88.0.5/16 dev eth1");
        Tool.Ip(_host.StagingPath, "addr add fd00:88::5/64 dev eth1 nodad");
        Tool.Ip(_host.StagingPath, "link set eth1 up");
        Tool.Ip(_host.StagingPath, "route prepend default via 10.88.0.1 dev eth1");
        Tool.Ip(_host.StagingPath, "-6 route append default via fd00:88::1 dev eth1");
        Tool.Ip(_host.StagingPath, "route add 10.88.0.0/16 dev eth1 table 100");
        Tool.Ip(_host.StagingPath, "route add blackhole 10.70.0.0/16 table 100");
        Tool.Ip(_host.StagingPath, "rule add from 10.88.0.5 lookup 100 priority 1000");
        Tool.Ip(_host.StagingPath, "neigh add 10.88.0.78 lladdr 02:00:00:00:00:78 dev eth1 nud permanent");
        return _host.Staging.CaptureInSandbox(_host.SandboxPath, "eth1", before);
    }
}
