using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>
/// Addresses with an other end, and gateways that a second address leads to: Docker sets one address of each family, and in the end all is
/// as a pod has it.
/// </summary>
public sealed class PointToPointTests : IDisposable
{
    private readonly ThrowAwayHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("10.88.0.5/32", "fd00:88::5/128", true)] // What the link has.
    [InlineData("10.88.0.5/16 brd 10.88.255.255", "fd00:88::5/64", false)] // What the IPAM plugin had given.
    public void Other_ends_and_further_addresses_are_there_with_their_routes(string address, string addressIPv6, bool isToldOfWays)
    {
        var (staged, snapshot) = Send(
            "addr add 10.88.0.5 peer 10.88.0.1 dev eth0",
            "addr add fd00:88::5 peer fd00:88::1 dev eth0 nodad",
            "addr add 10.88.0.250/16 dev eth0 label eth0:1",
            "-6 addr add fd00:88::250/128 dev eth0 nodad preferred_lft 0",
            "addr add 10.99.0.7/24 dev eth0 preferred_lft 0");
        LetDockerTakeIt(address, addressIPv6, isToldOfWays ? ["10.88.0.1", "fd00:88::1"] : []);

        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Census().Should().BeEquivalentTo(staged);
    }

    [Theory]
    [InlineData("10.88.0.5/32", "fd00:88::5/128", true)]
    [InlineData("10.88.0.5/16", "fd00:88::5/128", false)]
    public void A_gateway_in_the_subnet_of_a_second_address_is_reached(string address, string addressIPv6, bool isToldOfWays)
    {
        var (staged, snapshot) = Send(
            "addr add 10.88.0.5/32 dev eth0",
            "addr add fd00:88::5/128 dev eth0 nodad",
            "addr add 10.88.0.250/16 dev eth0",
            "addr add fd00:88::250/64 dev eth0 nodad");
        LetDockerTakeIt(address, addressIPv6, isToldOfWays ? ["10.88.0.1", "fd00:88::1"] : ["fd00:88::1"]);

        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Census().Should().BeEquivalentTo(staged);
    }

    [Theory]
    [InlineData("10.88.0.5/32", "fd00:88::5/128")] // With a route to the gateway, as Calico has it.
    [InlineData("10.88.0.5/25", "fd00:88::5/112")]
    public void The_prefix_length_is_that_of_the_chains_result_not_that_of_the_IPAM_plugin(string own, string ownIPv6)
    {
        var (staged, snapshot) = Send(
            $"addr add {own} dev eth0",
            $"addr add {ownIPv6} dev eth0 nodad",
            "route replace 10.88.0.1 dev eth0",
            "-6 route replace fd00:88::1 dev eth0");
        LetDockerTakeIt("10.88.0.5/16", "fd00:88::5/64", ["10.88.0.1", "fd00:88::1"]);

        Finish(snapshot).Should().Be(ArrivalState.Arrived);
        Finish(snapshot).Should().Be(ArrivalState.Arrived);

        Census().Should().BeEquivalentTo(staged);
    }

    private (string[] Staged, LinkSnapshot Snapshot) Send(params string[] addresses)
    {
        _host.RunPlugin();
        Tool.Ip(_host.StagingPath, "addr flush dev eth0");
        foreach (var address in addresses)
            Tool.Ip(_host.StagingPath, address);

        Tool.Ip(_host.StagingPath, "route add default via 10.88.0.1");
        Tool.Ip(_host.StagingPath, "-6 route add default via fd00:88::1");
        var (staged, snapshot) = (Census(_host.StagingPath), _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link);
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        return (staged, snapshot);
    }

    private void LetDockerTakeIt(string address, string addressIPv6, string[] ways)
    {
        Tool.Ip(_host.HostPath, $"link set {ThrowAwayHost.HostIfname} netns {_host.SandboxPath}");
        Tool.Ip(_host.SandboxPath, $"link set {ThrowAwayHost.HostIfname} name eth0");
        Tool.Ip(_host.SandboxPath, $"addr add {address} dev eth0");
        Tool.Ip(_host.SandboxPath, $"addr add {addressIPv6} dev eth0 nodad");
        Tool.Ip(_host.SandboxPath, "link set eth0 up");
        foreach (var way in ways)
            Tool.Ip(_host.SandboxPath, $"route add {way} dev eth0");

        Tool.Ip(_host.SandboxPath, "route add default via 10.88.0.1");
        Tool.Ip(_host.SandboxPath, "-6 route add default via fd00:88::1");
    }

    private string[] Census() => Census(_host.SandboxPath);

    private static string[] Census(string netns) =>
        [.. ThrowAwayHost.Census(netns).Split('\n').Where(
            line => line.StartsWith("inet", StringComparison.Ordinal) || line.Contains("dev eth0", StringComparison.Ordinal))];

    private ArrivalState Finish(LinkSnapshot snapshot) =>
        _host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot).State;
}
