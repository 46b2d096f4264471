using System.Net;
using Bridge.Adapter.Advice;

namespace Bridge.Adapter.Tests.Advice;

/// <summary>CNI networks that disagree with each other, with the host or with Docker.</summary>
public sealed class SeveralNetworksTests : AdviceTest
{
    [Fact]
    public void One_bridge_with_several_gateways_is_warned_of_once()
    {
        Bridge("a", "cni0", "10.1.0.0/16");
        Bridge("b", "cni0", "10.2.0.0/16");
        Bridge("c", "cni0", "10.3.0.0/16");
        Bridge("d", "br-d", "10.4.0.0/16");

        Notes().Should().ContainSingle().Which.Should().Match(
            "Warning: bridge cni0 belongs to several CNI networks with different subnets, a (10.1.0.0/16), b (10.2.0.0/16), " +
            "c (10.3.0.0/16): *already has an IP address different from*Give each its own \"bridge\"");
    }

    [Fact]
    public void A_bridge_of_flannel_is_not_for_another_network()
    {
        Install("bridge", "host-local");
        Write("05-flannel.conflist", """{ "cniVersion": "1.0.0", "name": "cbr0", "plugins": [ { "type": "flannel", "subnetFile": "DIR" } ] }""");
        Bridge("leftover", "cni0", "10.88.0.0/16", """ "forceAddress": true, """);

        Notes().Should().ContainMatch("Warning: bridge cni0 *cbr0 (flannel's lease), leftover (10.88.0.0/16): forceAddress takes*");
    }

    [Fact]
    public void Networks_with_one_subnet_on_one_bridge_share_only_the_subnet()
    {
        Bridge("a", "cni0", "10.1.0.0/16");
        Bridge("b", "cni0", "10.1.0.0/16");

        Notes().Should().Equal(
            "Warning: CNI networks a and b share subnet 10.1.0.0/16. Unless that is intended, one address may be given twice, and no " +
            "container can be on both.");
    }

    [Fact]
    public void Whereabouts_gives_no_address_of_a_shared_range_twice()
    {
        foreach (var name in new[] { "a", "b" })
        {
            Write($"{name}.conf", $$"""
                { "cniVersion": "1.0.0", "name": "{{name}}", "type": "macvlan", "ipam": { "type": "whereabouts", "range": "10.1.0.0/24" } }
                """);
        }

        Notes().Should().OnlyContain(note => note.StartsWith("Note: plugin whereabouts: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("10.1.0.0/16", "eth0", true, true)]
    [InlineData("10.0.0.0/8", "eth0", true, true)]
    [InlineData("10.1.7.0/24", "tun0", false, true)]
    [InlineData("fd00::/64", "eth0", true, false)]
    [InlineData("10.0.0.0/8", "tun0", false, false)]
    [InlineData("10.1.0.0/16", "br1", true, false)]
    [InlineData("10.1.0.9/32", "veth1", true, false)]
    [InlineData("10.2.0.0/16", "eth0", true, false)]
    public void A_subnet_of_a_bridge_must_not_overlap_another_route(string destination, string link, bool isConnected, bool isOdd)
    {
        Host = new([], [Route(destination, link, isConnected)]);
        Bridge("a", "br1", "10.1.0.0/16");

        Notes().Select(note => note.Split(": addresses")[0]).Should().Equal(
            isOdd ? [$"Warning: subnet 10.1.0.0/16 overlaps the host's route to {destination} over {link}"] : []);
    }

    [Fact]
    public void A_network_on_a_physical_link_has_the_subnet_of_that_link()
    {
        Host = new(["eth0"], [Route("10.1.0.0/24", "eth0")]);
        Write("a.conf", """
            { "cniVersion": "1.0.0", "name": "a", "type": "macvlan", "master": "eth0", "ipam": { "type": "host-local", "subnet": "10.1.0.0/24" } }
            """);

        Notes().Should().BeEmpty();
    }

    [Fact]
    public void Subnets_of_Docker_are_named_with_the_network()
    {
        Host = new([], [Route("172.18.0.0/16", "br-012345678901")])
        {
            DockerNetworks = [Docker("web", "bridge", "172.18.0.0/16"), Docker("all", "null", "0.0.0.0/0")],
            DockerPools = [IPNetwork.Parse("172.16.0.0/12")],
        };
        Bridge("a", "br1", "172.18.4.0/24");

        Notes().Should().ContainSingle().Which.Should().Match(
            "Warning: subnet 172.18.4.0/24 overlaps 172.18.0.0/16 of Docker network web (driver bridge): *Choose another subnet*");
    }

    [Fact]
    public void A_subnet_that_Docker_may_choose_next_is_noted()
    {
        Host = HostFacts.Unknown with { DockerPools = [IPNetwork.Parse("172.20.0.0/14")] };
        Bridge("a", "br1", "172.21.4.0/24");

        Notes().Should().ContainSingle().Which.Should().Match("Note: subnet 172.21.4.0/24 lies in 172.20.0.0/14, *default-address-pools*");
    }

    [Fact]
    public void The_host_tells_its_links() => HostFacts.Read().Links.Should().Contain("lo");

    private void Bridge(string name, string bridge, string subnet, string more = "") => Write($"50-{name}.conf", $$"""
        { "cniVersion": "1.0.0", "name": "{{name}}", "type": "bridge", "bridge": "{{bridge}}", "isGateway": true, {{more}}
          "ipam": { "type": "host-local", "subnet": "{{subnet}}" } }
        """);
}
