using Bridge.Adapter.Cnm;
using Bridge.Adapter.Methods;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.Translation;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Methods;

public sealed class AddressPoolsTests
{
    [Theory]
    [InlineData("10.88.0.0/16", "10.88.0.1/16")]
    [InlineData("10.88.4.0/24", "10.88.0.1/24")]
    [InlineData("10.88.4.0/24", null)]
    public void A_pool_inside_the_CNI_networks_range_is_accepted(string pool, string? gateway)
    {
        var check = () => AddressPools.RequireFit(DockerIpam(pool, gateway), Conflists.Parse(Conflists.Stock), "cni");
        check.Should().NotThrow();
    }

    [Fact]
    public void Dockers_own_choice_of_addresses_is_refused_with_the_command_to_type()
    {
        var check = () => AddressPools.RequireFit(
            DockerIpam("172.18.0.0/16", "172.18.0.1/16"), Conflists.Parse(Conflists.Stock), "cnm-cni:latest");
        check.Should().Throw<CnmException>().WithMessage(
            "Docker's own address management chose 172.18.0.0/16, which is outside the range of CNI network \"pods\" (10.88.0.0/16). " +
            "Let the CNI network choose the addresses: docker network create -d cnm-cni:latest --ipam-driver cnm-cni:latest " +
            "--ipam-opt cni.network=pods -o cni.network=pods --subnet 10.88.0.0/16 --gateway 10.88.0.1 NETWORK");
    }

    [Fact]
    public void Another_gateway_than_the_CNI_networks_is_refused()
    {
        var check = () => AddressPools.RequireFit(DockerIpam("10.89.0.0/24", "10.89.0.1/24"), Conflists.Parse(Conflists.Plain), "cni");
        check.Should().Throw<CnmException>().WithMessage("*gateway 10.89.0.1/24*is 10.89.0.254. Add --gateway 10.89.0.254*");
    }

    [Fact]
    public void With_the_null_IPAM_there_is_nothing_to_fit()
    {
        var check = () => AddressPools.RequireFit(new NetworkOptions("pods", IpamMode.Null, []), Conflists.Parse(Conflists.Stock), "cni");
        check.Should().NotThrow();
    }

    [Theory]
    [InlineData(true, "fd00:88::/64")]
    [InlineData(false, "10.88.0.0/16")]
    [InlineData(false, "10.88.0.0/16", "fd00:88::/64")]
    public void A_network_without_IPv4_is_refused_where_plugins_would_give_it_all_the_same(bool isRefused, params string[] pools)
    {
        var dual = Conflists.Parse("""
            { "cniVersion": "1.0.0", "name": "dual", "plugins": [ { "type": "bridge", "ipam": { "type": "host-local",
              "ranges": [ [ { "subnet": "10.88.0.0/16" } ], [ { "subnet": "fd00:88::/64" } ] ] } } ] }
            """);
        foreach (var (ipam, space) in new[] { (IpamMode.Cni, "cni"), (IpamMode.Docker, "LocalDefault") })
        {
            var check =
                () => AddressPools.RequireFit(
                    new NetworkOptions("dual", ipam, [.. pools.Select(pool => new IpamData(space, pool, null))]), dual, "cni");
            if (isRefused)
                check.Should().Throw<CnmException>().WithMessage("*--ipv4=false*\"dual\"*10.88.0.0/16*Omit --ipv4=false*");
            else
                check.Should().NotThrow();
        }
    }

    private static NetworkOptions DockerIpam(string pool, string? gateway) =>
        new("pods", IpamMode.Docker, [new IpamData("LocalDefault", pool, gateway)]);
}
