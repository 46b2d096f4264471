using System.Net;
using Bridge.Adapter.Reachability;

namespace Bridge.Adapter.Tests.Reachability;

public sealed class FreeSubnetsTests
{
    [Theory]
    [InlineData("198.18.0.0/30")]
    [InlineData("198.18.0.4/30", "198.18.0.0/30")]
    [InlineData("198.18.0.4/30", "198.18.0.2/32", "fd00::/8", "10.0.0.0/8")]
    [InlineData("198.19.0.0/30", "198.18.0.0/16")]
    public void The_first_subnet_apart_from_every_route_is_chosen(string expected, params string[] taken) =>
        FreeSubnets.Find4([.. taken.Select(IPNetwork.Parse)]).Should().Be(IPNetwork.Parse(expected));

    [Fact]
    public void Where_all_is_routed_there_is_none()
    {
        FreeSubnets.Find4([IPNetwork.Parse("198.0.0.0/8")]).Should().BeNull();
        FreeSubnets.Find6([IPNetwork.Parse("fc00::/7")]).Should().BeNull();
    }

    [Fact]
    public void IPv6_gets_a_random_subnet_of_unique_local_addresses()
    {
        var (one, other) = (FreeSubnets.Find6([])!.Value, FreeSubnets.Find6([])!.Value);

        one.PrefixLength.Should().Be(64);
        IPNetwork.Parse("fd00::/8").Contains(one.BaseAddress).Should().BeTrue();
        one.Should().NotBe(other);
        FreeSubnets.Ends(IPNetwork.Parse("198.18.0.4/30")).Should().Be((IPAddress.Parse("198.18.0.5"), IPAddress.Parse("198.18.0.6")));
    }
}
