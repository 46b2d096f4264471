using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Tests.Sandboxes;

public sealed class LinkSysctlTests : IDisposable
{
    private static readonly (string Key, string Value)[] Chosen =
    [
        ("ipv4/conf/IFNAME/arp_notify", "1"),
        ("ipv4/conf/IFNAME/rp_filter", "2"),
        ("ipv4/neigh/IFNAME/gc_stale_time", "77"),
        ("ipv6/conf/IFNAME/accept_dad", "0"),
        ("ipv6/conf/IFNAME/addr_gen_mode", "2"),
        ("ipv6/conf/IFNAME/keep_addr_on_down", "1"),
        ("ipv6/conf/IFNAME/stable_secret", "0123:4567:89ab:cdef:0123:4567:89ab:cdef"),
        ("ipv6/neigh/IFNAME/mcast_solicit", "5"),
    ];

    private readonly ThrowAwayHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("type veth peer name other")]
    [InlineData("link lo type macvlan")]
    [InlineData("mode tap")]
    public void A_link_with_default_sysctls_has_none_to_restore(string kind)
    {
        _host.Staging.Create(ThrowAwayHost.Id);
        Tool.Ip(_host.StagingPath, "link add parent type veth peer name parent-peer");
        Tool.Ip(_host.StagingPath,
            kind.StartsWith("mode", StringComparison.Ordinal)
                ? $"tuntap add dev eth0 {kind}"
                : $"link add eth0 {kind.Replace("link lo", "link parent", StringComparison.Ordinal)}");
        Tool.Ip(_host.StagingPath, "link set eth0 up mtu 1400");
        Tool.Ip(_host.StagingPath, "addr add fd00:88::5/64 dev eth0");

        _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link.Sysctls.Should().BeEmpty();
    }

    [Fact]
    public void Sysctls_that_plugins_set_are_restored_in_the_sandbox_and_after_the_return()
    {
        _host.RunPlugin();
        Choose(_host.StagingPath, "eth0");
        var snapshot = _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        snapshot.Sysctls.Should().BeEquivalentTo(Chosen.Select(sysctl => new LinkSysctl(sysctl.Key, sysctl.Value)));
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        _host.LetDockerTakeIt("eth1");
        Values(_host.SandboxPath, "eth1").Should().NotEqual(Chosen.Select(sysctl => sysctl.Value));

        _host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot)
            .Should().Be(new Arrival(ArrivalState.Arrived, "eth1"));

        Values(_host.SandboxPath, "eth1").Should().Equal(Chosen.Select(sysctl => sysctl.Value));
        _host.Staging.Return(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot);
        Values(_host.StagingPath, "eth0").Should().Equal(Chosen.Select(sysctl => sysctl.Value));
    }

    [Fact]
    public void Docker_decides_whether_IPv6_is_enabled()
    {
        _host.RunPlugin();
        Write(_host.StagingPath, "ipv6/conf/eth0/disable_ipv6", "1");
        var snapshot = _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        _host.LetDockerTakeIt();
        Tool.Ip(_host.SandboxPath, "addr add fd00:88::5/64 dev eth0");

        _host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot);

        Read(_host.SandboxPath, "ipv6/conf/eth0/disable_ipv6").Should().Be("0");
        Tool.Ip(_host.SandboxPath, "addr show eth0").Should().Contain("fd00:88::5");
    }

    [Theory]
    [InlineData("net.ipv4.conf.IFNAME.log_martians", "ipv4/conf/lo/log_martians")]
    [InlineData("net.ipv4.conf.ifname.log_martians", "ipv4/conf/lo/log_martians")]
    [InlineData("net.ipv6.conf.IFNAME.accept_ra", "ipv6/conf/lo/accept_ra")]
    [InlineData("net.ipv4.neigh.IFNAME.gc_stale_time", "ipv4/neigh/lo/gc_stale_time")]
    public void Sysctls_that_a_user_requests_are_set_in_the_sandbox(string key, string path)
    {
        Sandbox.ApplySysctls(_host.SandboxPath, "lo", [KeyValuePair.Create(key, "2")]);

        Read(_host.SandboxPath, path).Should().Be("2");
        Read(_host.HostPath, path).Should().NotBe("2");
    }

    [Theory]
    [InlineData("net.ipv4.conf.IFNAME.no_such_key", "1",
        "could not set ipv4/conf/lo/no_such_key to \"1\" in *: the kernel has no such sysctl; see /proc/sys/net/ipv4/conf/lo*")]
    [InlineData(
        "net.ipv4.conf.IFNAME.rp_filter", "high", "could not set ipv4/conf/lo/rp_filter to \"high\" in *: the kernel refuses that value.")]
    [InlineData("net.ipv4.ip_forward", "1",
        "could not set sysctl net.ipv4.ip_forward: it is not a sysctl of an interface. Write it as net.ipv4.conf.IFNAME.KEY*")]
    [InlineData("net.ipv4.conf.IFNAME.../../../core/somaxconn", "1", "could not set sysctl *: it is not a sysctl of an interface.*")]
    [InlineData("kernel.conf.IFNAME.x", "1", "could not set sysctl *: it is not a sysctl of an interface.*")]
    public void A_sysctl_that_cannot_be_set_is_an_error(string key, string value, string message)
    {
        var apply = () => Sandbox.ApplySysctls(_host.SandboxPath, "lo", [KeyValuePair.Create(key, value)]);

        apply.Should().Throw<IOException>().WithMessage(message);
    }

    // The order is the kernel's: a mode of forming addresses from a secret needs the secret.
    private static void Choose(string netns, string ifname)
    {
        foreach (var (key, value) in Chosen.OrderBy(sysctl => !sysctl.Key.EndsWith("stable_secret", StringComparison.Ordinal)))
            Write(netns, key.Replace("IFNAME", ifname, StringComparison.Ordinal), value);
    }

    private static List<string> Values(string netns, string ifname) =>
        [.. Chosen.Select(sysctl => Read(netns, sysctl.Key.Replace("IFNAME", ifname, StringComparison.Ordinal)))];

    private static string Read(string netns, string path) =>
        Tool.Try("nsenter", [$"--net={netns}", "cat", $"/proc/sys/net/{path}"]).Output.Trim();

    private static void Write(string netns, string path, string value) =>
        Tool.Run("nsenter", $"--net={netns}", "sh", "-c", $"echo {value} > /proc/sys/net/{path}");
}
