using System.Net.NetworkInformation;
using System.Text.Json;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>The journey of links that are no veths which a plugin made.</summary>
public sealed class LinkKindTests : IDisposable
{
    private const string MakeMacvlan = "link add eth0 link parent address 02:42:0a:58:00:05 netns STAGING type macvlan mode bridge";
    private const string MakeDevice = "link set parent-peer netns STAGING name eth0 alias parent-peer";
    private const string MakeTap = "tuntap add dev eth0 mode tap";
    private const string MakeTun = "tuntap add dev eth0 mode tun";
    private const string MakePairInside = "link add eth0 type veth peer name inside";

    private readonly ThrowAwayHost _host = new();

    public LinkKindTests()
    {
        Tool.Ip(_host.HostPath, "link add parent type veth peer name parent-peer");
        Tool.Ip(_host.HostPath, "link set parent up");
        Tool.Ip(_host.HostPath, "link set parent-peer up");
    }

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData(MakeMacvlan, "macvlan")]
    [InlineData(MakeDevice, "veth")]
    [InlineData(MakeTap, "tun")]
    [InlineData(MakeTun, "tun")]
    [InlineData(MakePairInside, "veth")]
    public void A_link_of_any_kind_is_found_in_the_sandbox_and_returns(string make, string kind)
    {
        var snapshot = Send(make);
        snapshot.Kind.Should().Be(kind);
        _host.LetDockerTakeIt("eth3");

        Finish(snapshot).Should().Be(new Arrival(ArrivalState.Arrived, "eth3"));
        BringHome(snapshot).Should().Be(LinkOrigin.Sandbox);

        Tool.Ip(_host.StagingPath, "addr show eth0").Should().Contain("10.88.0.5/16");
        Tool.Ip(_host.SandboxPath, "link show").Should().NotContain("eth3");
    }

    [Theory]
    [InlineData(MakeMacvlan)]
    [InlineData(MakeDevice)]
    [InlineData(MakeTap)]
    public void A_link_of_any_kind_returns_from_the_host_with_its_alias(string make)
    {
        var snapshot = Send(make);
        _host.LetDockerTakeIt();
        Finish(snapshot).State.Should().Be(ArrivalState.Arrived);
        _host.LetDockerPutItBack();

        BringHome(snapshot).Should().Be(LinkOrigin.Host);

        var link = Tool.IpJson(_host.StagingPath, "link show eth0").Single();
        link.GetProperty("address").GetString().Should().Be(snapshot.Mac);
        (link.TryGetProperty("ifalias", out var alias) ? alias.GetString() : null).Should().Be(snapshot.Alias);
    }

    [Theory]
    [InlineData(MakeMacvlan)]
    [InlineData(MakeDevice)]
    [InlineData(MakeTap)]
    public void When_a_link_of_any_kind_is_gone_another_stands_in(string make)
    {
        var snapshot = Send(make);
        _host.LetDockerTakeIt();
        Finish(snapshot).State.Should().Be(ArrivalState.Arrived);
        Tool.Ip(_host.SandboxPath, "link del eth0");

        BringHome(snapshot).Should().Be(LinkOrigin.StandIn);

        Tool.Ip(_host.StagingPath, "addr show eth0").Should().Contain("10.88.0.5/16");
    }

    [Fact]
    public void Links_without_a_mac_are_distinguished_by_their_addresses()
    {
        var snapshot = Send(MakeTun);
        Tool.Ip(_host.SandboxPath, "tuntap add dev eth0 mode tun");
        Tool.Ip(_host.SandboxPath, "addr add 10.99.0.5/16 dev eth0");
        Tool.Ip(_host.HostPath, $"link set {ThrowAwayHost.HostIfname} netns {_host.SandboxPath} name eth1");

        Finish(snapshot).State.Should().Be(ArrivalState.NotReady);
        Tool.Ip(_host.SandboxPath, "addr add 10.88.0.5/16 dev eth1");
        Tool.Ip(_host.SandboxPath, "link set eth1 up");
        Finish(snapshot).Should().Be(new Arrival(ArrivalState.Arrived, "eth1"));
    }

    [Fact]
    public void A_device_that_the_kernel_moved_to_the_host_when_its_sandbox_ended_returns_by_its_alias()
    {
        var snapshot = Send("tuntap add dev eth0 mode tap", "link set eth0 alias nic0");
        Tool.Ip(_host.HostPath, $"link set {ThrowAwayHost.HostIfname} name dev7");

        BringHome(snapshot).Should().Be(LinkOrigin.Host);

        Tool.Ip(_host.StagingPath, "link show eth0").Should().Contain("alias nic0");
        Tool.Ip(_host.HostPath, "link show").Should().NotContain("dev7");
    }

    [Fact]
    public void A_device_that_has_its_original_name_again_stays_in_the_host()
    {
        var snapshot = Send("tuntap add dev eth0 mode tap", "link set eth0 alias nic0");
        Tool.Ip(_host.HostPath, $"link set {ThrowAwayHost.HostIfname} name nic0");

        BringHome(snapshot).Should().Be(LinkOrigin.StandIn);

        Tool.Ip(_host.HostPath, "link show nic0").Should().Contain("alias nic0");
    }

    [Fact]
    public void The_host_device_plugin_moves_a_stand_in_to_the_host_under_an_unused_name()
    {
        Assert.SkipUnless(File.Exists("/usr/lib/cni/host-device"), "needs the host-device plugin (containernetworking-plugins)");
        var snapshot = Send(MakeDevice);
        Tool.Ip(_host.HostPath, $"link del {ThrowAwayHost.HostIfname}");
        Tool.Ip(_host.HostPath, "link add parent-peer type veth peer name parent");
        BringHome(snapshot).Should().Be(LinkOrigin.StandIn);

        RunHostDevice("DEL");
        _host.Staging.Remove(ThrowAwayHost.Id);

        // The kernel takes a namespace down, and what was in it, in its own time.
        SpinWait.SpinUntil(() => Tool.IpJson(_host.HostPath, "link show").Count == 3, TimeSpan.FromSeconds(10)).Should().BeTrue();
        Tool.Ip(_host.HostPath, "link show").Should().Contain("parent-peer@parent").And.NotContain(ThrowAwayHost.HostIfname);
    }

    [Fact]
    public void Other_attributes_of_a_link_are_restored_on_the_whole_way()
    {
        _host.RunPlugin();
        Tool.Ip(_host.StagingPath, "link set eth0 alias uplink promisc on allmulticast on txqueuelen 77 group 5");
        Tool.Ip(_host.StagingPath, "link set eth0 addrgenmode none");
        Tool.Ip(_host.StagingPath, "link property add dev eth0 altname a-name-longer-than-any-other");
        var before = Chosen(_host.StagingPath, "eth0");
        before.Should().Contain("PROMISC").And.Contain("ALLMULTI").And.Contain("uplink").And.Contain("77").And.Contain("none");
        var snapshot = _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        _host.LetDockerTakeIt("eth1");

        Finish(snapshot).State.Should().Be(ArrivalState.Arrived);
        Chosen(_host.SandboxPath, "eth1").Should().Be(before);

        BringHome(snapshot);
        Chosen(_host.StagingPath, "eth0").Should().Be(before);
    }

    [Theory]
    [InlineData("ipvlan", true)]
    [InlineData("ipvtap", true)]
    [InlineData("macvlan", false)]
    [InlineData("vlan", false)]
    [InlineData("dummy", false)]
    [InlineData("", false)]
    public void A_link_with_the_mac_of_its_parent_is_recognised(string kind, bool shares) =>
        new LinkInfo(7, "eth0", ThrowAwayHost.Mac, 1500, kind, 3, IsUp: true).SharesMac.Should().Be(shares);

    [Theory]
    [InlineData("ipvlan", true)]
    [InlineData("vlan", true)]
    [InlineData("macvlan", false)]
    [InlineData("veth", false)]
    [InlineData("dummy", false)]
    public void Links_with_the_same_mac_are_distinguished_by_their_addresses(string kind, bool byAddress) =>
        new LinkSnapshot("eth0", ThrowAwayHost.Mac, 1500, kind, 3) { Addresses = [new LinkAddress("10.88.0.5", 16)] }.IsKnownByAddress
            .Should().Be(byAddress);

    [Theory]
    [InlineData(MakeMacvlan)]
    [InlineData(MakeTap)]
    public void The_mac_of_other_kinds_can_be_set(string make)
    {
        Make(make);

        _host.Staging.SetMac(ThrowAwayHost.Id, "eth0", PhysicalAddress.Parse("02:42:0a:58:00:99"));

        Tool.Ip(_host.StagingPath, "link show eth0").Should().Contain("02:42:0a:58:00:99");
    }

    private LinkSnapshot Send(params string[] make)
    {
        Make(make);
        var snapshot = _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        return snapshot;
    }

    private void Make(params string[] make)
    {
        _host.Staging.Create(ThrowAwayHost.Id);
        foreach (var command in make)
        {
            var isInHost = command.Contains("STAGING");
            Tool.Ip(isInHost ? _host.HostPath : _host.StagingPath, command.Replace("STAGING", _host.StagingPath, StringComparison.Ordinal));
        }

        Tool.Ip(_host.StagingPath, "addr add 10.88.0.5/16 dev eth0");
        Tool.Ip(_host.StagingPath, "link set eth0 up");
    }

    private Arrival Finish(LinkSnapshot snapshot) =>
        _host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot);

    private LinkOrigin BringHome(LinkSnapshot snapshot) =>
        _host.Staging.Return(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot);

    private void RunHostDevice(string command)
    {
        const string Configuration = """{"cniVersion":"1.0.0","name":"devices","type":"host-device","device":"parent-peer"}""";
        var (exitCode, output, _) = Tool.Try(
            "nsenter",
            [
                $"--net={_host.HostPath}", "env", $"CNI_COMMAND={command}", $"CNI_CONTAINERID={ThrowAwayHost.Id}",
                $"CNI_NETNS={_host.StagingPath}",
                "CNI_IFNAME=eth0", "CNI_PATH=/usr/lib/cni", "/usr/lib/cni/host-device",
            ],
            Configuration);
        exitCode.Should().Be(0, output);
    }

    private static string Chosen(string netns, string ifname)
    {
        var link = Tool.IpJson(netns, $"link show {ifname}").Single();
        string[] flags =
            [.. link.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()!).Where(
                flag => flag is "PROMISC" or "ALLMULTI")];
        string[] names = ["ifalias", "txqlen", "group", "inet6_addr_gen_mode", "altnames"];
        return string.Join(' ', names.Select(name => link.TryGetProperty(name, out JsonElement value) ? $"{value}" : "-").Concat(flags));
    }
}
