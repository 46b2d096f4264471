using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>When the move of a link to the sandbox is finished, and what is restored then.</summary>
public sealed class ArrivalTests : ArrivalTest
{
    [Fact]
    public void Changes_that_plugins_made_in_the_sandbox_stay()
    {
        var snapshot = Send();
        LetDockerTakeIt();
        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        Tool.Ip(Host.SandboxPath, "route del 10.60.0.0/16");

        Host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, Host.SandboxPath, snapshot, isFinished: true)
            .Should().Be(new Arrival(ArrivalState.Arrived, "eth0"));

        Tool.Ip(Host.SandboxPath, "route show").Should().NotContain("10.60.0.0/16");
    }

    [Fact]
    public void The_link_is_in_theHost_until_docker_moves_it()
    {
        var snapshot = Send();

        Finish(snapshot).Should().Be(ArrivalState.InHost);
    }

    [Fact]
    public void An_arrival_waits_until_docker_has_set_the_link_up_and_set_its_routes()
    {
        var snapshot = Send();
        File.WriteAllText(Host.PathOf("empty"), "");
        Tool.Ip(Host.HostPath, $"link set {ThrowAwayHost.HostIfname} netns {Host.SandboxPath}");

        Host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, Host.PathOf("empty"), snapshot).State.Should().Be(
            ArrivalState.NotReady);
        Host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, Host.PathOf("nothing"), snapshot).State.Should().Be(
            ArrivalState.NotReady);
        Finish(snapshot).Should().Be(ArrivalState.NotReady);
        Tool.Ip(Host.SandboxPath, $"link set {ThrowAwayHost.HostIfname} name eth0");
        Tool.Ip(Host.SandboxPath, "addr add 10.88.0.5/16 dev eth0");
        Tool.Ip(Host.SandboxPath, "link set eth0 up");
        Finish(snapshot).Should().Be(ArrivalState.NotReady);
        Tool.Ip(Host.SandboxPath, "route add 10.60.0.0/16 via 10.88.0.1");
        Tool.Ip(Host.SandboxPath, "-6 addr add fd00:88::5/64 dev eth0 nodad");
        Tool.Ip(Host.SandboxPath, "-6 route add fd00:99::/64 via fd00:88::1 dev eth0");
        Finish(snapshot).Should().Be(ArrivalState.Arrived);
    }

    [Fact]
    public void With_a_gateway_an_arrival_waits_for_the_default_route_which_docker_sets_last()
    {
        var snapshot = Send();
        LetDockerTakeIt();
        Tool.Ip(Host.SandboxPath, "route del default");

        Finish(snapshot, isGateway: true).Should().Be(ArrivalState.NotReady);
        Tool.Ip(Host.SandboxPath, "route add default via 10.88.0.1");

        Finish(snapshot, isGateway: true).Should().Be(ArrivalState.Arrived);
    }

    [Fact]
    public void A_link_that_is_neither_in_theHost_nor_in_the_sandbox_is_gone()
    {
        var snapshot = Send();
        Tool.Ip(Host.HostPath, "link del veth-peer");

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

        var inside = ThrowAwayHost.Census(Host.SandboxPath).Replace(sandboxIfname, "eth0", StringComparison.Ordinal);
        inside.Split('\n').Should().BeEquivalentTo(staged.Replace(StagingAlias, "", StringComparison.Ordinal).Split('\n'));
        using var named = NetworkNamespace.Open(Host.StagingPath);
        using var sandbox = NetworkNamespace.Open(Host.SandboxPath);
        named.IsSameAs(sandbox).Should().BeTrue();
    }

    [Fact]
    public void IPv6_is_enabled_for_a_link_local_address_that_docker_does_not_know()
    {
        Host.RunPlugin();
        Tool.Ip(Host.StagingPath, "addr add fe80::88:5/64 dev eth0 nodad");
        var snapshot = Host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        Host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        Tool.Run("nsenter", $"--net={Host.SandboxPath}", "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
        Host.LetDockerTakeIt();

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Tool.Ip(Host.SandboxPath, "-6 addr show eth0").Should().Contain("inet6 fe80::88:5/64 scope link nodad");
    }

    [Fact]
    public void IPv6_stays_disabled_where_it_was_disabled_after_docker_had_enabled_it()
    {
        var snapshot = Send();
        LetDockerTakeIt();
        Tool.Run("nsenter", $"--net={Host.SandboxPath}", "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Tool.Ip(Host.SandboxPath, "-6 addr show eth0").Should().BeEmpty();
        Tool.Ip(Host.SandboxPath, "route show table 100").Should().Contain(
            "default via 10.88.0.1", "what is of IPv4 is put back all the same");
    }

    [Fact]
    public void IPv6_stays_disabled_where_it_was_disabled_while_the_link_is_completed()
    {
        var snapshot = Send();
        LetDockerTakeIt();
        using var sandbox = Sandbox.TryOpen(Host.SandboxPath)!;
        var link = sandbox.Require("eth0");
        link.WithoutIPv6WhereOff(snapshot).Should().BeSameAs(snapshot, "it is still enabled here");
        Tool.Run("nsenter", $"--net={Host.SandboxPath}", "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6");

        var completing = () => link.Complete(snapshot);

        completing.Should().Throw<IOException>();
        link.WithoutIPv6WhereOff(snapshot).Should().NotBeSameAs(snapshot);
        Tool.Ip(Host.SandboxPath, "-6 addr show eth0").Should().BeEmpty();
    }

    [Fact]
    public void A_link_that_the_plugins_left_down_is_down_in_the_sandbox_and_in_the_staging_namespace()
    {
        Host.RunPlugin();
        Tool.Ip(Host.StagingPath, "addr flush dev eth0");
        Tool.Ip(Host.StagingPath, "link set eth0 down");
        var snapshot = Host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        Host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        Finish(snapshot).Should().Be(ArrivalState.InHost);
        Tool.Ip(Host.HostPath, $"link set {ThrowAwayHost.HostIfname} netns {Host.SandboxPath}");
        Finish(snapshot).Should().Be(ArrivalState.NotReady);
        Tool.Ip(Host.SandboxPath, $"link set {ThrowAwayHost.HostIfname} name eth0 up");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Tool.Ip(Host.SandboxPath, "link show eth0").Should().Contain("state DOWN").And.NotContain("UP>").And.NotContain(",UP");
        Host.LetDockerPutItBack();
        Host.Staging.Return(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname, Host.SandboxPath, snapshot).Should().Be(
            LinkOrigin.Host);
        Tool.Ip(Host.StagingPath, "link show eth0").Should().NotContain(",UP");
    }

    [Fact]
    public void Neighbours_with_another_MAC_for_our_addresses_are_updated()
    {
        var snapshot = Send();
        LetDockerTakeIt();
        string[] addresses = ["10.88.0.5", "fd00:88::5"];
        foreach (var address in addresses)
            Tool.Ip(Host.HostPath, $"neigh replace {address} lladdr 02:00:00:00:00:99 dev veth-peer nud reachable");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        foreach (var address in addresses)
        {
            // The kernel takes frames in when it comes to it.
            SpinWait.SpinUntil(() => Known(address).Contains(ThrowAwayHost.Mac), TimeSpan.FromSeconds(60));
            Known(address).Should().Contain(ThrowAwayHost.Mac);
        }

        string Known(string address) => Tool.Ip(Host.HostPath, $"neigh show {address} dev veth-peer");
    }

    [Fact]
    public void A_macvlan_is_distinguished_from_others_on_the_same_parent()
    {
        Host.Staging.Create(ThrowAwayHost.Id);
        Tool.Ip(Host.HostPath, "link add parent type veth peer name parent-peer");
        Tool.Ip(Host.HostPath,
            $"link add link parent name eth0 address {ThrowAwayHost.Mac} netns {Host.StagingPath} type macvlan mode bridge");
        Tool.Ip(Host.HostPath,
            $"link add link parent name eth0 address 02:42:0a:58:00:06 netns {Host.SandboxPath} type macvlan mode bridge");
        Tool.Ip(Host.StagingPath, "addr add 10.88.0.5/16 dev eth0");
        var snapshot = Host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        Host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        Host.LetDockerTakeIt("eth1");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        Host.Staging.Return(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname, Host.SandboxPath, snapshot).Should().Be(
            LinkOrigin.Sandbox);

        Tool.Ip(Host.StagingPath, "-d link show eth0").Should().Contain(ThrowAwayHost.Mac).And.Contain("macvlan mode bridge");
        Tool.Ip(Host.SandboxPath, "link show eth0").Should().Contain("02:42:0a:58:00:06");
    }
}
