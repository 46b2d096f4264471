using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>What plugins make beside their link stays behind when that travels, so it has to be known.</summary>
public sealed class BesideLinkTests : IDisposable
{
    private readonly ThrowAwayHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Everything_that_a_snapshot_holds_can_be_restored()
    {
        _host.RunPlugin();
        _host.AddExtras();
        Tool.Ip(_host.StagingPath, "link set lo up");

        _host.Staging.Read(ThrowAwayHost.Id, "eth0").Beside.Should().BeEmpty();
    }

    [Theory]
    [InlineData("ip link add net1 type veth peer name net2", "interface net1", "interface net2")]
    [InlineData("ip link add br0 type bridge", "interface br0")]
    [InlineData("ip addr add 169.254.20.10/32 dev lo", "address 169.254.20.10 on lo")]
    [InlineData("ip -6 addr add fd00::53/128 dev lo", "address fd00::53 on lo")]
    [InlineData("nft add table inet mesh; add chain inet mesh out; add rule inet mesh out drop", "nftables table mesh")]
    [InlineData("ip route add local 10.77.0.0/16 dev lo", "route 10.77.0.0/16 table 255 on lo")]
    [InlineData("ip route add 10.78.0.0/16 dev lo", "route 10.78.0.0/16 table 254 on lo")]
    [InlineData("ip route add local 0.0.0.0/0 dev lo table 100", "route 0.0.0.0/0 table 100 on lo")]
    [InlineData("ip -6 route add local ::/0 dev lo table 100", "route ::/0 table 100 metric 1024 on lo")]
    [InlineData("ip route add local 10.77.0.0/16 dev eth0", "route 10.77.0.0/16 table 255 on eth0")]
    [InlineData("ip route add blackhole 10.79.0.0/16")]
    [InlineData("nft add table inet empty")]
    [InlineData(
        "nft add table inet mesh; add chain inet mesh in { type filter hook input priority 0 ; policy drop ; }", "nftables table mesh")]
    [InlineData("nft add table inet mesh; add chain inet mesh in { type filter hook input priority 0 ; policy accept ; }")]
    [InlineData("nft add table inet mesh; add set inet mesh peers { type ipv4_addr ; }", "nftables table mesh")]
    [InlineData("iptables-nft -P INPUT DROP", "nftables table filter")]
    [InlineData("iptables-legacy -P INPUT DROP", "iptables table filter")]
    [InlineData("ip xfrm policy add src 10.88.0.0/16 dst 10.99.0.0/16 dir out tmpl src 10.88.0.5 dst 10.88.0.1 proto esp mode tunnel",
        "IPsec policies")]
    [InlineData("ip xfrm state allocspi src 10.88.0.5 dst 10.88.0.1 proto esp mode tunnel min 1 max 9", "IPsec states")]
    [InlineData("tc qdisc add dev eth0 root tbf rate 1mbit burst 32kbit latency 400ms", "qdisc tbf on eth0")]
    [InlineData("tc qdisc add dev eth0 clsact", "qdisc clsact on eth0")]
    [InlineData("tc qdisc add dev lo root tbf rate 1mbit burst 32kbit latency 400ms")] // Of no use to anybody.
    [InlineData("ip neigh add 10.88.0.78 lladdr 02:00:00:00:00:78 dev eth0 nud noarp", "NOARP neighbour 10.88.0.78")]
    [InlineData("ip neigh add proxy fd00:88::9 dev eth0", "proxy neighbour fd00:88::9")]
    [InlineData("iptables-nft -t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 15001", "nftables table nat")]
    [InlineData("ip6tables-nft -A INPUT -j DROP", "nftables table filter")]
    [InlineData("iptables-legacy -t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 15001", "iptables table nat")]
    [InlineData("ip6tables-legacy -A INPUT -j DROP", "ip6tables table filter")]
    public void What_cannot_be_restored_is_reported_by_name(string command, params string[] found)
    {
        Assert.SkipUnless(Tool.Exists(command.Split(' ')[0]), "It needs iptables and nftables.");
        _host.RunPlugin();

        Tool.Run("nsenter", [$"--net={_host.StagingPath}", .. command.Split(' ')]);

        _host.Staging.Read(ThrowAwayHost.Id, "eth0").Beside.Should().BeEquivalentTo(found);
    }
}
