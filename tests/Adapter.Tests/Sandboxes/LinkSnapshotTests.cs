using System.Text.Json;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.Sandboxes;

public sealed class LinkSnapshotTests : IDisposable
{
    private readonly ThrowAwayHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void The_link_is_as_ip_shows_it()
    {
        _host.RunPlugin();

        var snapshot = _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;

        var shown = Tool.IpJson(_host.StagingPath, "link show eth0").Single();
        snapshot.IfName.Should().Be("eth0");
        snapshot.Mac.Should().Be(shown.GetProperty("address").GetString());
        snapshot.Mtu.Should().Be(shown.GetProperty("mtu").GetInt32());
        snapshot.Kind.Should().Be(shown.GetProperty("linkinfo").GetProperty("info_kind").GetString());
        snapshot.PeerIndex.Should().Be(Tool.IpJson(_host.HostPath, "link show veth-peer").Single().GetProperty("ifindex").GetInt32());
    }

    [Fact]
    public void Addresses_are_as_ip_shows_them_apart_from_the_kernels_own()
    {
        _host.RunPlugin();
        _host.AddExtras();

        var snapshot = _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;

        var shown = Tool.IpJson(_host.StagingPath, "addr show eth0").Single().GetProperty("addr_info").EnumerateArray()
            .Where(address => address.GetProperty("scope").GetString() != "253")
            .Select(address => $"{address.GetProperty("local").GetString()}/{address.GetProperty("prefixlen").GetInt32()}");
        snapshot.Addresses.Select(address => $"{address.Address}/{address.PrefixLength}").Should().Equal(shown);
        snapshot.Addresses[0].Broadcast.Should().Be("10.88.255.255");
        snapshot.Addresses[1].Label.Should().Be("eth0:more");
        snapshot.Addresses[2].Flags.Should().Be(AddressFlags.NoDad);
    }

    [Fact]
    public void Routes_of_all_tables_are_as_ip_shows_them()
    {
        _host.RunPlugin();
        _host.AddExtras();

        var snapshot = _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;

        var shown = Tool.IpJson(_host.StagingPath, "route show table all")
            .Where(route => Text(route, "table") != "255" && Text(route, "dev") != "lo")
            .Select(Describe);
        snapshot.Routes.Select(Describe).Should().BeEquivalentTo(shown);
        snapshot.Routes.Should().Contain(route => route.Mtu == 1300 && route.Source == "10.99.0.5" && route.Metric == 50);
    }

    [Fact]
    public void Rules_and_permanent_neighbours_are_as_ip_shows_them()
    {
        _host.RunPlugin();
        _host.AddExtras();

        var snapshot = _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;

        snapshot.Rules.Select(rule => (int)rule.Priority).Should().Equal(1000, 1001);
        snapshot.Rules[0].Should().BeEquivalentTo(
            new { From = "10.88.0.5/32", Table = 100, To = (string?)null, InputInterface = (string?)null });
        snapshot.Rules[1].InputInterface.Should().Be("eth0");
        snapshot.Rules[1].OtherAttributes.Should().HaveCountGreaterThanOrEqualTo(2);
        snapshot.Neighbours.Should().Equal(new LinkNeighbour("10.88.0.77", "02:00:00:00:00:77"));
    }

    [Fact]
    public void A_snapshot_is_the_same_after_it_was_written_to_the_journal_and_read()
    {
        _host.RunPlugin();
        _host.AddExtras();
        var snapshot = _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;

        var text = JsonSerializer.Serialize(snapshot, StateJson.Default.LinkSnapshot);
        var read = JsonSerializer.Deserialize(text, StateJson.Default.LinkSnapshot);

        read.Should().BeEquivalentTo(snapshot);
    }

    [Fact]
    public void The_error_for_a_chain_without_an_interface_says_what_ADD_must_do()
    {
        _host.Staging.Create(ThrowAwayHost.Id);

        var capture = () => _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;

        capture.Should().Throw<IOException>().WithMessage("could not find interface eth0 in *: it has only lo.*CNI_IFNAME*");
    }

    [Fact]
    public void A_route_that_cannot_be_restored_is_refused_with_the_reason()
    {
        _host.RunPlugin();
        Tool.Ip(_host.StagingPath, "route add 10.77.0.0/16 nexthop via 10.88.0.1 nexthop via 10.88.0.2");

        var capture = () => _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;

        capture.Should().Throw<IOException>().WithMessage("*10.77.0.0/16*has several next hops*cannot be moved*");
    }

    [Theory]
    [InlineData("10.60.0.0/16", 254, 0u, true)]
    [InlineData("10.60.0.0/16", 100, 0u, false)]
    [InlineData("10.60.0.0/16", 254, 50u, false)]
    [InlineData("0.0.0.0/0", 254, 0u, false)]
    [InlineData("fd00:99::/64", 254, 1024u, true)]
    [InlineData("fd00:99::/64", 254, 100u, false)]
    public void Docker_sets_plain_routes_of_the_main_table(string destination, int table, uint metric, bool carried) =>
        new LinkRoute(destination) { Table = table, Metric = metric, Protocol = 3 }.DockerCarries.Should().Be(carried);

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.ToString() : null;

    private static string Describe(JsonElement route)
    {
        var destination = Text(route, "dst")!;
        var isIPv6 = destination.Contains(':') || (Text(route, "gateway")?.Contains(':') ?? false);
        destination = destination == "default"
            ? isIPv6 ? "::/0" : "0.0.0.0/0"
            : destination.Contains('/') ? destination : $"{destination}/{(isIPv6 ? 128 : 32)}";
        return $"{destination} {Text(route, "gateway")} {Text(route, "table") ?? "254"} {Text(route, "metric")
            ?? "0"} {Text(route, "prefsrc")} {Text(route, "protocol")} {Text(route, "type") ?? "1"}";
    }

    private static string Describe(LinkRoute route) =>
        $"{route.Destination} {route.Gateway} {route.Table} {route.Metric} {route.Source} {route.Protocol} {(int)route.Type}";
}
