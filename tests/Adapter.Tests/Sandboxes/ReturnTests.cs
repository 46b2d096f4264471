using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Tests.Sandboxes;

public sealed class ReturnTests : IDisposable
{
    private readonly ThrowAwayHost _host = new();
    private readonly LinkSnapshot _snapshot;
    private readonly string _staged;

    public ReturnTests()
    {
        _host.RunPlugin();
        _host.AddExtras();
        _snapshot = _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        _staged = ThrowAwayHost.Census(_host.StagingPath);
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_link_that_never_left_the_staging_namespace_stays()
    {
        BringHome().Should().Be(LinkOrigin.Staging);

        ThrowAwayHost.Census(_host.StagingPath).Should().Be(_staged);
    }

    [Fact]
    [Case(50, "real-chain")]
    public void A_link_that_docker_moved_back_to_the_host_returns_with_its_configuration()
    {
        Travel("eth0");
        _host.LetDockerPutItBack();

        BringHome().Should().Be(LinkOrigin.Host);
        BringHome().Should().Be(LinkOrigin.Staging);

        Staged().Should().BeEquivalentTo(_staged.Split('\n'));
        Tool.Ip(_host.HostPath, "link show").Should().NotContain(ThrowAwayHost.HostIfname);
    }

    [Fact]
    public void A_link_that_docker_never_moved_returns_from_the_host()
    {
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);

        BringHome().Should().Be(LinkOrigin.Host);

        Staged().Should().BeEquivalentTo(_staged.Split('\n'));
    }

    [Theory]
    [InlineData("eth0")]
    [InlineData("eth1")]
    public void A_link_in_the_sandbox_returns_whatever_its_name_and_its_rules_are_removed(string sandboxIfname)
    {
        Travel(sandboxIfname);

        BringHome().Should().Be(LinkOrigin.Sandbox);

        Staged().Should().BeEquivalentTo(_staged.Split('\n'));
        Tool.Ip(_host.SandboxPath, "rule show").Should().NotContain("lookup 100");
        Tool.Ip(_host.SandboxPath, "route show table all").Should().NotContain("blackhole");
        Tool.Ip(_host.SandboxPath, "link show").Should().NotContain(sandboxIfname);
    }

    [Fact]
    public void A_link_returns_from_a_sandbox_to_which_only_our_path_leads()
    {
        Travel("eth0");
        NetworkNamespace.Unmount(_host.SandboxPath);

        BringHome().Should().Be(LinkOrigin.Sandbox);

        Staged().Should().BeEquivalentTo(_staged.Split('\n'));
    }

    [Fact]
    public void A_link_returns_from_a_sandbox_where_its_arrival_was_not_finished()
    {
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        _host.LetDockerTakeIt("eth3");

        BringHome().Should().Be(LinkOrigin.Sandbox);

        Staged().Should().BeEquivalentTo(_staged.Split('\n'));
    }

    [Fact]
    [Case(50, "real-chain")]
    public void A_stand_in_has_name_mac_mtu_addresses_and_routes_of_a_link_that_died_with_its_sandbox()
    {
        Travel("eth0");
        Tool.Ip(_host.SandboxPath, "link del eth0");
        NetworkNamespace.Unmount(_host.SandboxPath);

        BringHome().Should().Be(LinkOrigin.StandIn);
        BringHome().Should().Be(LinkOrigin.Staging);

        var link = Tool.IpJson(_host.StagingPath, "link show eth0").Single();
        link.GetProperty("address").GetString().Should().Be(ThrowAwayHost.Mac);
        link.GetProperty("mtu").GetInt32().Should().Be(1400);
        var again = _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        again.Should().BeEquivalentTo(
            _snapshot, options => options.Excluding(snapshot => snapshot.PeerIndex).Excluding(snapshot => snapshot.PeerIsInHost));
    }

    [Fact]
    public void A_staging_namespace_lost_in_a_reboot_is_made_anew()
    {
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        _host.Staging.Remove(ThrowAwayHost.Id);

        BringHome().Should().Be(LinkOrigin.Host);

        Staged().Should().BeEquivalentTo(_staged.Split('\n'));
    }

    [Fact]
    public void After_an_unfinished_ADD_the_staging_namespace_is_empty()
    {
        _host.Staging.Remove(ThrowAwayHost.Id);

        _host.Staging.Return(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname, null, null).Should().Be(LinkOrigin.Staging);

        NetworkNamespace.IsNamespace(_host.StagingPath).Should().BeTrue();
    }

    [Fact]
    public void Links_of_others_stay_where_they_are()
    {
        Tool.Ip(_host.StagingPath, "link del eth0");
        Tool.Ip(_host.HostPath, $"link add {ThrowAwayHost.HostIfname} address {ThrowAwayHost.Mac} type bridge");
        Tool.Ip(_host.SandboxPath, $"link add eth0 address {ThrowAwayHost.Mac} type veth peer name eth9");

        BringHome().Should().Be(LinkOrigin.StandIn);

        Tool.IpJson(_host.HostPath, $"link show {ThrowAwayHost.HostIfname}").Should().ContainSingle();
        Tool.IpJson(_host.SandboxPath, "link show eth0").Should().ContainSingle();
    }

    [Fact]
    public void Addresses_without_a_connected_route_and_the_routes_that_replace_it_are_restored()
    {
        Tool.Ip(_host.StagingPath, "-6 route del fd00:99::/64");
        Tool.Ip(_host.StagingPath, "addr flush dev eth0");
        foreach (var (family, address, prefix, gateway, subnet) in new[] { ("-4", "10.88.0.5", "/24", "10.88.0.1", "10.88.0.0/24"),
            ("-6", "fd00:88::5", "/64", "fd00:88::1", "fd00:88::/64") })
        {
            Tool.Ip(_host.StagingPath, $"{family} addr add {address}{prefix} dev eth0 {(family == "-6" ? "nodad" : "")}");
            Tool.Ip(_host.StagingPath, $"{family} route del {subnet} dev eth0");
            Tool.Ip(_host.StagingPath, $"{family} route add {gateway} dev eth0 scope link src {address}");
            Tool.Ip(_host.StagingPath, $"{family} route add {subnet} via {gateway} dev eth0 src {address}");
        }

        var staged = ThrowAwayHost.Census(_host.StagingPath);
        var snapshot = _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        _host.LetDockerTakeIt("eth0", "10.88.0.5/32", "10.88.0.1/32 scope link", "10.88.0.0/24 via 10.88.0.1");
        Tool.Ip(_host.SandboxPath, "-6 addr add fd00:88::5/128 dev eth0 nodad");
        Tool.Ip(_host.SandboxPath, "-6 route add fd00:88::1 dev eth0");
        Tool.Ip(_host.SandboxPath, "-6 route add fd00:88::/64 via fd00:88::1");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        Tool.Ip(_host.SandboxPath, "route del default");
        ThrowAwayHost.Census(_host.SandboxPath).Replace(" noprefixroute", "", StringComparison.Ordinal).Split('\n')[1..]
            .Should().BeEquivalentTo(staged.Split('\n')[1..]);
        _host.Staging.Return(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot).Should().Be(
            LinkOrigin.Sandbox);

        Staged().Should().BeEquivalentTo(staged.Split('\n'));
    }

    private void Travel(string sandboxIfname)
    {
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        _host.LetDockerTakeIt(sandboxIfname, routes: "10.60.0.0/16 via 10.88.0.1");
        Tool.Ip(_host.SandboxPath, $"-6 addr add fd00:88::5/64 dev {sandboxIfname} nodad");
        Tool.Ip(_host.SandboxPath, $"-6 route add fd00:99::/64 via fd00:88::1 dev {sandboxIfname}");
        Finish(_snapshot).Should().Be(ArrivalState.Arrived);
    }

    private ArrivalState Finish(LinkSnapshot snapshot) =>
        _host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot).State;

    private LinkOrigin BringHome() =>
        _host.Staging.Return(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname, _host.SandboxPath, _snapshot);

    private string[] Staged() => ThrowAwayHost.Census(_host.StagingPath).Split('\n');
}
