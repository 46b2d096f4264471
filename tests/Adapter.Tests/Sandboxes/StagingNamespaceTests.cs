using System.Net.NetworkInformation;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>A link on its way out of the staging namespace.</summary>
public sealed class StagingNamespaceTests : IDisposable
{
    private readonly ThrowAwayHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    [Spec("namespace-first")]
    public void Creating_keeps_a_good_staging_namespace()
    {
        _host.Staging.Create(ThrowAwayHost.Id);
        Tool.Ip(_host.StagingPath, "link add mark type veth peer name mark-peer");

        _host.Staging.Create(ThrowAwayHost.Id);

        Tool.Ip(_host.StagingPath, "link show").Should().Contain("mark-peer");
    }

    [Fact]
    [Case(53, "netns-file-junk")]
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
    public void A_name_that_another_link_of_the_host_has_is_an_error_and_the_link_stays()
    {
        _host.RunPlugin();
        Tool.Ip(_host.HostPath, $"link add {ThrowAwayHost.HostIfname} type veth peer name somebody");

        var send = () => _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);

        send.Should().Throw<IOException>().WithMessage(
            $"could not move link * as {ThrowAwayHost.HostIfname}*(EEXIST*The host has another link of that name*");
        Tool.Ip(_host.StagingPath, "link show").Should().Contain(ThrowAwayHost.HostIfname);
    }

    [Fact]
    public void Setting_the_mac_keeps_addresses_and_routes()
    {
        _host.RunPlugin();
        _host.AddExtras();
        var before = ThrowAwayHost.Census(_host.StagingPath);

        _host.Staging.SetMac(ThrowAwayHost.Id, "eth0", PhysicalAddress.Parse("02:42:0a:58:00:99"));

        ThrowAwayHost.Census(_host.StagingPath).Should().Be(
            before.Replace(ThrowAwayHost.Mac, "02:42:0a:58:00:99", StringComparison.Ordinal));
        _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link.Addresses.Should().NotContain(address => address.Address.StartsWith("fe80:"));
    }

    [Fact]
    public void Setting_the_mac_keeps_routes_with_a_preferred_source_address()
    {
        _host.RunPlugin();
        Tool.Run("nsenter", $"--net={_host.StagingPath}", "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/eth0/keep_addr_on_down");
        Tool.Ip(_host.StagingPath, "addr add fd00:88::5/64 dev eth0 nodad");
        Tool.Ip(_host.StagingPath, "addr change fd00:88::5/64 dev eth0");
        Tool.Ip(_host.StagingPath, "-6 route add fd00:99::/64 dev eth0 src fd00:88::5");
        Tool.Ip(_host.StagingPath, "-6 route add default via fd00:88::1 dev eth0");

        _host.Staging.SetMac(ThrowAwayHost.Id, "eth0", PhysicalAddress.Parse("02:42:0a:58:00:99"));

        Tool.Ip(_host.StagingPath, "-6 route show").Should().Contain("fd00:99::/64 dev eth0 src fd00:88::5").And.Contain(
            "default via fd00:88::1");
    }

    [Fact]
    public async Task Many_links_can_be_moved_at_once()
    {
        var journeys =
            Enumerable.Range(0, 8).Select(number => (Id: $"attachment-{number}", HostIfname: $"cni-{number}", Address: $"10.88.1.{number}"))
                .ToList();
        try
        {
            await Parallel.ForEachAsync(journeys, Cancellation, (journey, _) =>
            {
                _host.Staging.Create(journey.Id);
                Tool.Ip(_host.HostPath,
                    $"link add veth-{journey.Id[^1]} type veth peer name eth0 netns {_host.Staging.PathOf(journey.Id)}");
                Tool.Ip(_host.Staging.PathOf(journey.Id), $"addr add {journey.Address}/24 dev eth0");
                var snapshot = _host.Staging.Read(journey.Id, "eth0").Link;
                _host.Staging.SendToHost(journey.Id, "eth0", journey.HostIfname);
                _host.Staging.Return(journey.Id, "eth0", journey.HostIfname, _host.SandboxPath, snapshot).Should().Be(LinkOrigin.Host);
                return ValueTask.CompletedTask;
            });

            foreach (var journey in journeys)
                Tool.Ip(_host.Staging.PathOf(journey.Id), "-o -4 addr show eth0").Should().Contain($"{journey.Address}/24");
        }
        finally
        {
            journeys.ForEach(journey => _host.Staging.Remove(journey.Id));
        }
    }
}
