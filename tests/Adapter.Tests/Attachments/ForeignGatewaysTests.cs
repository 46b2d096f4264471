using Bridge.Adapter.Attachments;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Tests.Attachments;

public sealed class ForeignGatewaysTests
{
    [Theory]
    [InlineData("172.18.0.1", true)]
    [InlineData("172.17.0.1", false)]
    [InlineData("172.30.0.9", true)] // Its subnet is written as an address of it.
    [InlineData("fd00:18::1", true)]
    [InlineData("fe80::1", false)]
    [InlineData(null, false)]
    public void The_next_hop_says_to_which_network_a_default_route_belongs(string? nextHop, bool isOf)
    {
        DockerNetwork[] networks =
        [
            Network(("172.18.0.0/16", null), ("fd00:18::/64", "fd00:18::1")),
            Network(("172.30.5.5/16", "172.30.0.9")),
        ];
        var route = new LinkRoute(nextHop?.Contains(':') == true ? "::/0" : "0.0.0.0/0") { Gateway = nextHop };

        ForeignGateways.IsOf(networks, route).Should().Be(isOf);
    }

    private static DockerNetwork Network(params (string Subnet, string? Gateway)[] pools) =>
        new("n1", "inner", "bridge", new Dictionary<string, string>(), "default", new Dictionary<string, string>(),
            new Dictionary<string, string>()) { Internal = true, Pools = pools };
}
