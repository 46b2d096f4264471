using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Translation;

public sealed class CniSubnetTests
{
    [Theory]
    [InlineData("""{"type":"host-local","subnet":"10.1.0.0/16"}""", "10.1.0.0/16 10.1.0.1")]
    [InlineData("""{"type":"host-local","subnet":"10.1.0.0/16","gateway":"10.1.0.254"}""", "10.1.0.0/16 10.1.0.254")]
    [InlineData(
        """{"type":"host-local","ranges":[[{"subnet":"10.1.0.0/24"},{"subnet":"10.2.0.0/24"}],[""" +
        """{"subnet":"fd00:1::/64","gateway":"fd00:1::fe"}]]}""",
        "10.1.0.0/24 10.1.0.1, 10.2.0.0/24 10.2.0.1, fd00:1::/64 fd00:1::fe")]
    [InlineData("""{"type":"static","addresses":[{"address":"10.1.2.3/16","gateway":"10.1.0.9"},{"address":"fd00::3/64"}]}""",
        "10.1.0.0/16 10.1.0.9, fd00::/64 fd00::1")]
    [InlineData("""{"type":"static","addresses":[{"address":"10.1.2.3/29"}]}""", "10.1.2.0/29 10.1.2.1")]
    [InlineData("""{"type":"whereabouts","range":"10.1.2.225/28","gateway":"10.1.2.230"}""", "10.1.2.224/28 10.1.2.230")]
    [InlineData("""{"type":"whereabouts","range":"10.1.2.4-10.1.2.9/24"}""", "10.1.2.0/24 10.1.2.1")]
    [InlineData(
        """{"type":"whereabouts","gateway":"10.2.0.9","ipRanges":[{"range":"10.1.0.0/24"},{"range":"10.2.0.0/24"}""" +
        """,{"range":"fd00::/64"}]}""",
        "10.1.0.0/24 10.1.0.1, 10.2.0.0/24 10.2.0.9, fd00::/64 fd00::1")]
    [InlineData("""{"type":"dhcp"}""", "")]
    [InlineData("""{"type":"host-local","subnet":"nonsense","ranges":"nonsense"}""", "")]
    [InlineData("""{"type":"host-local","subnet":"10.1.0.0/33"}""", "")]
    [InlineData("""{"type":"host-local","subnet":"10.1.0.0"}""", "")]
    public void The_subnets_of_a_CNI_network_are_read_in_every_form_that_IPAM_plugins_take(string ipam, string subnets) =>
        string.Join(", ", CniSubnet.Of(Conflists.WithIpam("bridge", ipam)).Select(subnet => $"{subnet.Subnet} {subnet.Gateway}"))
            .Should().Be(subnets);

    [Fact]
    public void Docker_is_offered_the_first_subnet_of_each_family_IPv4_first() =>
        CniSubnet.Offered(
            Conflists.WithIpam("bridge",
                """{"type":"host-local","ranges":[[{"subnet":"fd00:1::/64"}],[{"subnet":"10.1.0.0/24"},{"subnet":"10.2.0.0/24"}]]}"""))
            .Select(subnet => subnet.Subnet.ToString()).Should().Equal("10.1.0.0/24", "fd00:1::/64");

    [Theory]
    [InlineData("bridge", """{"type":"host-local","subnet":"10.1.0.0/16"}""", null)]
    [InlineData("macvlan", """{"type":"static","addresses":[{"address":"10.1.2.3/16"}]}""", null)]
    [InlineData("bridge", """{"type":"dhcp"}""",
        "its IPAM plugin dhcp takes its lease from the container's own namespace, which does not exist yet")]
    [InlineData("bridge", "{}", "its plugin bridge has no ipam section")]
    [InlineData("bridge", "null", "its plugin bridge has no ipam section")]
    [InlineData("ipvlan", """{"type":"host-local","subnet":"10.1.0.0/16"}""",
        "links of ipvlan share their parent's MAC, and Docker would choose another")]
    [InlineData("bridge", """{"type":"host-local"}""", "its configuration does not state the subnet of its IPAM plugin host-local")]
    public void An_IPAM_that_cannot_reserve_ahead_is_known_with_the_reason(string main, string ipam, string? reason) =>
        NetworkSupport.WhyNotReserved(Conflists.WithIpam(main, ipam)).Should().Be(reason);
}
