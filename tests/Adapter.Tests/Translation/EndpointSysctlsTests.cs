using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Translation;

public sealed class EndpointSysctlsTests
{
    [Fact]
    public void Sysctls_of_the_endpoints_interface_are_read_as_Docker_writes_them()
    {
        EndpointSysctls.Parse(
            "net.ipv4.conf.IFNAME.log_martians=1,net.ipv6.conf.ifname.accept_ra=0, " +
            "net.ipv4.neigh.IFNAME.gc_stale_time=30,net.mpls.conf.IFNAME.input=1").Should().Equal(
            new InterfaceSysctl("ipv4", "conf", "log_martians", "1"),
            new InterfaceSysctl("ipv6", "conf", "accept_ra", "0"),
            new InterfaceSysctl("ipv4", "neigh", "gc_stale_time", "30"),
            new InterfaceSysctl("mpls", "conf", "input", "1"));
        EndpointSysctls.Parse("").Should().BeEmpty();
    }

    [Theory]
    [InlineData("net.ipv4.conf.eth0.log_martians=1")]
    [InlineData("net.ipv4.conf.all.log_martians=1")]
    [InlineData("net.ipv4.ip_forward=1")]
    [InlineData("net.ipv4.route.IFNAME.x=1")]
    [InlineData("net.core.conf.IFNAME.x=1")]
    [InlineData("kernel.ipv4.conf.IFNAME.x=1")]
    [InlineData("net.ipv4.conf.IFNAME.a/b=1")]
    [InlineData("net.ipv4.conf.IFNAME...=1")]
    [InlineData("net.ipv4.conf.IFNAME.x")]
    [InlineData("net.ipv4.conf.IFNAME.x=")]
    [InlineData("net.ipv4.conf.IFNAME.x=1\n2")]
    public void Anything_else_is_refused_with_an_example(string setting)
    {
        var parse = () => EndpointSysctls.Parse(setting);
        parse.Should().Throw<CnmException>().WithMessage(
            "endpoint option com.docker.network.endpoint.sysctls: *is not a setting of the endpoint's own interface, as in " +
            "net.ipv4.conf.IFNAME.rp_filter=2*");
    }

    [Fact]
    public void A_sysctl_is_set_for_the_interface_under_its_actual_name() =>
        new InterfaceSysctl("ipv4", "conf", "rp_filter", "2").Setting.Should().Be(
            KeyValuePair.Create("net.ipv4.conf.IFNAME.rp_filter", "2"));
}
