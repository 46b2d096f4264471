using System.Text;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Tests.Translation;

/// <summary>Networks whose plugin runs another one: what the IPAM plugin and what the chain is given.</summary>
public sealed class DelegatesTests : IDisposable
{
    private const string Lease = """
        FLANNEL_NETWORK=10.244.0.0/16
        FLANNEL_SUBNET=10.244.3.1/24
        FLANNEL_MTU=1450
        FLANNEL_IPMASQ=true
        """;

    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("lease").FullName, "subnet.env");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);

    [Fact]
    public void Flannels_addresses_are_those_of_its_lease_in_the_store_with_the_networks_name()
    {
        File.WriteAllText(_file, Lease);

        var network = Flannel();

        NetworkSupport.WhyNotReserved(network).Should().BeNull();
        var subnet = CniSubnet.Offered(network).Should().ContainSingle().Subject;
        $"{subnet.Subnet} {subnet.Gateway}".Should().Be("10.244.3.0/24 10.244.3.1");
        HostLocalStore.Of(network)!.Path.Should().Be("/var/lib/cni/networks/cbr0");
        Ipam(Delegates.Resolve(network)).Should().Be(
            """{"type":"host-local","ranges":[[{"subnet":"10.244.3.0/24"}]],"routes":[{"dst":"10.244.0.0/16"}]}""");
    }

    [Fact]
    public void A_lease_of_both_families_makes_two_pools()
    {
        File.WriteAllText(_file, $"{Lease}\nFLANNEL_IPV6_NETWORK=fd00:244::/48,fd00:245::/48\nFLANNEL_IPV6_SUBNET=fd00:244:0:3::1/64\n");

        var network = Flannel();

        CniSubnet.Offered(network).Select(subnet => $"{subnet.Subnet}").Should().Equal("10.244.3.0/24", "fd00:244:0:3::/64");
        Ipam(Delegates.Resolve(network)).Should().EndWith(
            "\"routes\":[{\"dst\":\"10.244.0.0/16\"},{\"dst\":\"fd00:244::/48\"},{\"dst\":\"fd00:245::/48\"}]}");
    }

    [Fact]
    public void The_data_directory_and_the_routes_of_its_own_section_stay()
    {
        File.WriteAllText(_file, Lease);

        var network = Flannel(""", "ipam": { "dataDir": "/run/addresses", "routes": [{ "dst": "10.96.0.0/12" }] }""");

        HostLocalStore.Of(network)!.Path.Should().Be("/run/addresses/cbr0");
        Ipam(Delegates.Resolve(network)).Should().Contain("\"routes\":[{\"dst\":\"10.96.0.0/12\"},{\"dst\":\"10.244.0.0/16\"}]");
    }

    [Theory]
    [InlineData(null, "does not exist: start flanneld")]
    [InlineData("", "has no valid FLANNEL_SUBNET or FLANNEL_IPV6_SUBNET")]
    [InlineData("FLANNEL_SUBNET=10.244.3.1", "has no valid FLANNEL_SUBNET or FLANNEL_IPV6_SUBNET")]
    [InlineData("FLANNEL_SUBNET=10.244.3.1/24\nFLANNEL_NETWORK=x", "has no valid FLANNEL_SUBNET or FLANNEL_IPV6_SUBNET")]
    public void Without_a_valid_lease_nothing_is_reserved_and_the_reason_names_the_file(string? lease, string problem)
    {
        if (lease is not null)
            File.WriteAllText(_file, lease);

        var network = Flannel();

        NetworkSupport.WhyNotReserved(network).Should().StartWith(_file).And.EndWith(problem);
        CniSubnet.Offered(network).Should().BeEmpty();
        HostLocalStore.Of(network)!.Path.Should().Be("/var/lib/cni/networks/cbr0");
    }

    [Fact]
    public void The_chain_gets_the_reserved_address_and_only_the_routes_that_flannel_does_not_add()
    {
        File.WriteAllText(_file, Lease);
        var network = Flannel(""", "ipam": { "routes": [{ "dst": "10.96.0.0/12" }] }""");

        var chain = IpamConfiguration.WithReserved(network, Delegates.Resolve(network), Reserved("10.244.3.7/24", "10.244.3.1"));

        Ipam(chain).Should().Be(
            """{"type":"static","addresses":[{"address":"10.244.3.7/24","gateway":"10.244.3.1"}],"routes":[{"dst":"10.96.0.0/12"}]}""");
        chain.Plugins[0].Json["delegate"]!.ToJsonString().Should().Be("""{"isDefaultGateway":true}""");
        Delegates.Resolve(chain).Should().BeSameAs(chain, "a recorded chain stays as it is when the lease changes");
    }

    [Fact]
    public void What_was_reserved_under_an_earlier_lease_stays_as_it_was()
    {
        File.WriteAllText(_file, Lease);
        var recorded = Delegates.Resolve(Flannel());
        File.WriteAllText(_file, Lease.Replace(".3.1", ".9.1", StringComparison.Ordinal));

        CniSubnet.Offered(recorded).Single().Subnet.ToString().Should().Be("10.244.3.0/24");
        CniSubnet.Offered(Flannel()).Single().Subnet.ToString().Should().Be("10.244.9.0/24");
    }

    [Theory]
    [InlineData(""" "type": "macvlan", "master": "eth0", "ipam": { "type": "host-local", "subnet": "10.7.0.0/24" } """, "inner")]
    [InlineData("""
         "plugins": [{ "type": "tuning" }, { "type": "bridge", "ipam": { "type": "host-local", "subnet": "10.7.0.0/24" } }]
        """, "inner")]
    public void Multus_addresses_are_those_of_its_first_delegate(string delegateText, string name)
    {
        var network = Multus($$"""{ "name": "{{name}}", {{delegateText}} }, { "type": "other", "ipam": { "type": "dhcp" } }""");

        NetworkSupport.WhyNotReserved(network).Should().BeNull();
        CniSubnet.Offered(network).Single().Subnet.ToString().Should().Be("10.7.0.0/24");
        HostLocalStore.Of(network)!.Path.Should().Be($"/var/lib/cni/networks/{name}");

        var chain = IpamConfiguration.WithReserved(network, Delegates.Resolve(network), Reserved("10.7.0.9/24", "10.7.0.1"));
        var text = chain.Plugins[0].Json["delegates"]!.ToJsonString();
        text.Should().Contain("\"ipam\":{\"type\":\"static\",\"addresses\":[{\"address\":\"10.7.0.9/24\",\"gateway\":\"10.7.0.1\"}]")
            .And.Contain("\"type\":\"dhcp\"").And.NotContain("host-local");
        CniSubnet.Of(chain).Single().Subnet.ToString().Should().Be("10.7.0.0/24");
    }

    [Fact]
    public void Flannel_inside_multus_has_its_lease()
    {
        File.WriteAllText(_file, Lease);
        var network = Multus($$"""{ "name": "cbr0", "type": "flannel", "subnetFile": "{{_file}}", "delegate": {} }""");

        CniSubnet.Offered(network).Single().Subnet.ToString().Should().Be("10.244.3.0/24");
        HostLocalStore.Of(network)!.Path.Should().Be("/var/lib/cni/networks/cbr0");
        IpamConfiguration.WithReserved(network, Delegates.Resolve(network), Reserved("10.244.3.9/24", "10.244.3.1"))
            .Plugins[0].Json["delegates"]![0]!["ipam"]!.ToJsonString().Should().NotContain("routes");
    }

    [Fact]
    public void Multus_without_inline_delegates_is_not_reserved()
    {
        var network = Conflists.Parse(
            """{ "cniVersion": "0.3.1", "name": "m", "plugins": [{ "type": "multus", "clusterNetwork": "/etc/cni/net.d/10-c.conf" }] }""");

        NetworkSupport.WhyNotReserved(network).Should().Contain("has no delegates in its configuration");
    }

    private static string Ipam(NetworkConfiguration network) => MainPlugin.Of(network).Json["ipam"]!.ToJsonString();

    private static CniResult Reserved(string address, string gateway) => CniResult.Parse(
        Encoding.UTF8.GetBytes($$"""
            { "cniVersion": "0.3.1", "ips": [{ "version": "4", "address": "{{address}}", "gateway": "{{gateway}}" }],
              "routes": [{ "dst": "10.244.0.0/16" }] }
            """),
        "0.3.1");

    private NetworkConfiguration Flannel(string more = "") => Conflists.Parse($$"""
        { "name": "cbr0", "cniVersion": "0.3.1", "plugins": [
            { "type": "flannel", "subnetFile": "{{_file}}", "delegate": { "isDefaultGateway": true }{{more}} },
            { "type": "portmap", "capabilities": { "portMappings": true } }] }
        """);

    private static NetworkConfiguration Multus(string delegates) => Conflists.Parse(
        $$"""{ "name": "outer", "cniVersion": "0.3.1", "plugins": [{ "type": "multus", "delegates": [{{delegates}}] }] }""");
}
