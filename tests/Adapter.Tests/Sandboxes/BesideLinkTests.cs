using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>What plugins make beside their link stays behind when that travels, so it has to be known.</summary>
public sealed class BesideLinkTests : IDisposable
{
    private readonly ThrowAwayHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void All_that_a_snapshot_carries_is_nothing_beside_it()
    {
        _host.RunPlugin();
        _host.AddExtras();
        Tool.Ip(_host.StagingPath, "link set lo up");

        _host.Staging.BesideLink(ThrowAwayHost.Id, "eth0").Should().BeEmpty();
    }

    [Theory]
    [InlineData("ip link add net1 type veth peer name net2", "interface net1", "interface net2")]
    [InlineData("ip link add br0 type bridge", "interface br0")]
    [InlineData("ip addr add 169.254.20.10/32 dev lo", "address 169.254.20.10 on lo")]
    [InlineData("ip -6 addr add fd00::53/128 dev lo", "address fd00::53 on lo")]
    [InlineData("nft add table inet mesh; add chain inet mesh out; add rule inet mesh out drop", "nftables table mesh")]
    [InlineData("nft add table inet empty")]
    [InlineData("iptables-nft -t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 15001", "nftables table nat")]
    [InlineData("ip6tables-nft -A INPUT -j DROP", "nftables table filter")]
    [InlineData("iptables-legacy -t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 15001", "iptables table nat")]
    [InlineData("ip6tables-legacy -A INPUT -j DROP", "ip6tables table filter")]
    public void What_cannot_be_carried_is_named(string command, params string[] found)
    {
        Assert.SkipUnless(Tool.Exists(command.Split(' ')[0]), "It needs iptables and nftables.");
        _host.RunPlugin();

        Tool.Run("nsenter", [$"--net={_host.StagingPath}", .. command.Split(' ')]);

        _host.Staging.BesideLink(ThrowAwayHost.Id, "eth0").Should().BeEquivalentTo(found);
    }
}
