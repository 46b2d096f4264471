using System.Net.NetworkInformation;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Tests.Sandboxes;

public sealed class JourneyTests : IDisposable
{
    private const string StagingAlias = $"\\    alias cnm-cni staging {ThrowAwayHost.Id}";

    private readonly ThrowAwayHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Creating_keeps_a_good_staging_namespace()
    {
        _host.Staging.Create(ThrowAwayHost.Id);
        Tool.Ip(_host.StagingPath, "link add mark type veth peer name mark-peer");

        _host.Staging.Create(ThrowAwayHost.Id);

        Tool.Ip(_host.StagingPath, "link show").Should().Contain("mark-peer");
    }

    [Fact]
    public void Creating_replaces_a_stray_file_and_removing_leaves_nothing()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_host.StagingPath)!);
        File.WriteAllText(_host.StagingPath, "");

        _host.Staging.Create(ThrowAwayHost.Id);
        NetworkNamespace.IsNamespace(_host.StagingPath).Should().BeTrue();
        _host.Staging.Remove(ThrowAwayHost.Id);
        _host.Staging.Remove(ThrowAwayHost.Id);

        File.Exists(_host.StagingPath).Should().BeFalse();
        File.ReadAllText("/proc/self/mountinfo").Should().NotContain(_host.StagingPath);
    }

    [Fact]
    public void Creating_replaces_a_namespace_that_is_not_ours()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_host.StagingPath)!);
        using var foreign = NetworkNamespace.Create();
        foreign.MountAt(_host.StagingPath);

        _host.Staging.Create(ThrowAwayHost.Id);

        using var made = NetworkNamespace.Open(_host.StagingPath);
        made.IsSameAs(foreign).Should().BeFalse();
    }

    [Fact]
    public void A_link_sent_to_the_host_appears_there_down_under_its_unique_name_with_its_mac()
    {
        _host.RunPlugin();

        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);

        var link = Tool.IpJson(_host.HostPath, $"link show {ThrowAwayHost.HostIfname}").Single();
        link.GetProperty("address").GetString().Should().Be(ThrowAwayHost.Mac);
        link.GetProperty("mtu").GetInt32().Should().Be(1400);
        link.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()).Should().NotContain("UP");
        Tool.Ip(_host.StagingPath, "link show").Should().NotContain("eth0");
    }

    [Fact]
    public void A_link_sent_to_the_host_has_a_mac_that_udev_takes_for_chosen()
    {
        _host.Staging.Create(ThrowAwayHost.Id);
        Tool.Ip(_host.HostPath, $"link add veth-peer type veth peer name eth0 netns {_host.StagingPath}");

        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);

        var type = Tool.Run("nsenter", $"--net={_host.HostPath}", "unshare", "-m", "sh", "-c",
            $"mount -t sysfs sysfs /sys && cat /sys/class/net/{ThrowAwayHost.HostIfname}/addr_assign_type");
        type.Trim().Should().Be("3");
    }

    [Fact]
    public void A_name_that_the_host_has_given_to_another_link_is_an_error_and_the_link_stays()
    {
        _host.RunPlugin();
        Tool.Ip(_host.HostPath, $"link add {ThrowAwayHost.HostIfname} type veth peer name somebody");

        var send = () => _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);

        send.Should().Throw<IOException>().WithMessage($"could not move link * as {ThrowAwayHost.HostIfname}*(EEXIST*The host has another link of that name*");
        Tool.Ip(_host.StagingPath, "link show").Should().Contain(ThrowAwayHost.HostIfname);
    }

    [Fact]
    public void Setting_the_mac_keeps_addresses_and_routes()
    {
        _host.RunPlugin();
        _host.AddExtras();
        var before = ThrowAwayHost.Census(_host.StagingPath);

        _host.Staging.SetMac(ThrowAwayHost.Id, "eth0", PhysicalAddress.Parse("02:42:0a:58:00:99"));

        ThrowAwayHost.Census(_host.StagingPath).Should().Be(before.Replace(ThrowAwayHost.Mac, "02:42:0a:58:00:99", StringComparison.Ordinal));
        _host.Staging.Capture(ThrowAwayHost.Id, "eth0").Addresses.Should().NotContain(address => address.Address.StartsWith("fe80:"));
    }

    [Fact]
    public void Before_docker_takes_the_link_it_is_in_the_host()
    {
        var snapshot = Send();

        Finish(snapshot).Should().Be(ArrivalState.InHost);
    }

    [Fact]
    public void An_arrival_waits_for_the_sandbox_for_up_and_for_dockers_routes()
    {
        var snapshot = Send();
        File.WriteAllText(_host.PathOf("empty"), "");
        Tool.Ip(_host.HostPath, $"link set {ThrowAwayHost.HostIfname} netns {_host.SandboxPath}");

        _host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.PathOf("empty"), snapshot).Should().Be(ArrivalState.NotReady);
        _host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.PathOf("nothing"), snapshot).Should().Be(ArrivalState.NotReady);
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
    public void A_link_that_is_in_neither_is_gone()
    {
        var snapshot = Send();
        Tool.Ip(_host.HostPath, "link del veth-peer");

        Finish(snapshot).Should().Be(ArrivalState.Gone);
    }

    [Theory]
    [InlineData("eth0")]
    [InlineData("eth1")]
    public void On_arrival_everything_that_docker_cannot_carry_is_put_back_and_the_path_names_the_sandbox(string sandboxIfname)
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

        Tool.Ip(_host.SandboxPath, "route show 10.60.0.0/16").Trim().Should().Be("10.60.0.0/16 via 10.88.0.1 dev eth0 src 10.99.0.5 mtu 1300");
    }

    [Fact]
    public void Ipv6_is_switched_on_where_the_sandbox_has_it_off()
    {
        var snapshot = Send();
        Tool.Run("nsenter", $"--net={_host.SandboxPath}", "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
        _host.LetDockerTakeIt(routes: "10.60.0.0/16 via 10.88.0.1");

        // Docker was told of no IPv6 route, as it was given no IPv6 address.
        Finish(snapshot with { Routes = [.. snapshot.Routes.Where(route => !route.DockerCarries || !route.Destination.Contains(':'))] }).Should().Be(ArrivalState.Arrived);

        Tool.Ip(_host.SandboxPath, "-6 addr show eth0").Should().Contain("inet6 fd00:88::5/64 scope global nodad");
    }

    [Fact]
    public void A_route_whose_place_another_interface_of_the_container_has_is_an_error_that_names_it()
    {
        var snapshot = Send();
        Tool.Ip(_host.SandboxPath, "link add taken type veth peer name taken-peer");
        Tool.Ip(_host.SandboxPath, "link set taken up");
        Tool.Ip(_host.SandboxPath, "addr add 192.168.7.2/24 dev taken");
        Tool.Ip(_host.SandboxPath, "route add default via 192.168.7.1 dev taken table 100");
        LetDockerTakeIt();

        var finish = () => Finish(snapshot);

        finish.Should().Throw<IOException>().WithMessage("could not add route 0.0.0.0/0 via 10.88.0.1 table 100*(EEXIST*Another of the container's networks has a route in that place*");
    }

    [Fact]
    public void A_macvlan_is_told_from_its_siblings_on_the_same_parent()
    {
        _host.Staging.Create(ThrowAwayHost.Id);
        Tool.Ip(_host.HostPath, "link add parent type veth peer name parent-peer");
        Tool.Ip(_host.HostPath, $"link add link parent name eth0 address {ThrowAwayHost.Mac} netns {_host.StagingPath} type macvlan mode bridge");
        Tool.Ip(_host.HostPath, $"link add link parent name eth0 address 02:42:0a:58:00:06 netns {_host.SandboxPath} type macvlan mode bridge");
        Tool.Ip(_host.StagingPath, "addr add 10.88.0.5/16 dev eth0");
        var snapshot = _host.Staging.Capture(ThrowAwayHost.Id, "eth0");
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        _host.LetDockerTakeIt("eth1");

        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        _host.Staging.BringHome(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot).Should().Be(LinkHome.FetchedFromSandbox);

        Tool.Ip(_host.StagingPath, "-d link show eth0").Should().Contain(ThrowAwayHost.Mac).And.Contain("macvlan mode bridge");
        Tool.Ip(_host.SandboxPath, "link show eth0").Should().Contain("02:42:0a:58:00:06");
    }

    [Fact(Timeout = 120_000)]
    public async Task Many_attachments_travel_at_once_without_disturbing_each_other()
    {
        var journeys = Enumerable.Range(0, 8).Select(number => (Id: $"attachment-{number}", HostIfname: $"cni-{number}", Address: $"10.88.1.{number}")).ToList();
        try
        {
            await Parallel.ForEachAsync(journeys, TestContext.Current.CancellationToken, (journey, _) =>
            {
                _host.Staging.Create(journey.Id);
                Tool.Ip(_host.HostPath, $"link add veth-{journey.Id[^1]} type veth peer name eth0 netns {_host.Staging.PathOf(journey.Id)}");
                Tool.Ip(_host.Staging.PathOf(journey.Id), $"addr add {journey.Address}/24 dev eth0");
                var snapshot = _host.Staging.Capture(journey.Id, "eth0");
                _host.Staging.SendToHost(journey.Id, "eth0", journey.HostIfname);
                _host.Staging.BringHome(journey.Id, "eth0", journey.HostIfname, _host.SandboxPath, snapshot).Should().Be(LinkHome.Returned);
                return ValueTask.CompletedTask;
            });

            foreach (var journey in journeys)
            {
                Tool.Ip(_host.Staging.PathOf(journey.Id), "-o -4 addr show eth0").Should().Contain($"{journey.Address}/24");
            }
        }
        finally
        {
            journeys.ForEach(journey => _host.Staging.Remove(journey.Id));
        }
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

    private ArrivalState Finish(LinkSnapshot snapshot) =>
        _host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot);
}
