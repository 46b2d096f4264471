using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Reload;

/// <summary>What reload changes among the links of a host, and what wakes it, asked of the kernel.</summary>
public sealed class HostLinksTests : IDisposable
{
    private readonly ThrowAwayHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_link_becomes_a_port_with_the_plugin_s_flags(bool hairpin, bool isolated)
    {
        _host.RunPlugin();
        Tool.Ip(_host.HostPath, "link add br7 type bridge");
        using var netlink = _host.Namespace.OpenNetlink();
        var bridge = netlink.FindLink("br7")!;

        netlink.SetBridge(netlink.FindLink("veth-peer")!.Index, bridge.Index, hairpin, isolated);

        netlink.FindLink("veth-peer")!.Master.Should().Be(bridge.Index);
        Tool.Ip(_host.HostPath, "-d link show veth-peer").Should().Contain($" hairpin {(hairpin ? "on" : "off")} ")
            .And.Contain($" isolated {(isolated ? "on" : "off")} ");
    }

    [Fact]
    public void Queueing_disciplines_and_links_are_removed_once()
    {
        _host.RunPlugin();
        Tool.Run("nsenter", $"--net={_host.HostPath}", "tc", "qdisc", "add", "dev", "veth-peer", "root", "tbf", "rate", "1mbit", "burst",
            "32kbit", "latency", "25ms");
        Tool.Run("nsenter", $"--net={_host.HostPath}", "tc", "qdisc", "add", "dev", "veth-peer", "ingress");
        using var netlink = _host.Namespace.OpenNetlink();
        var link = netlink.FindLink("veth-peer")!;
        netlink.QdiscKind(link, Rtnetlink.TC_H_ROOT).Should().Be("tbf");

        for (var time = 1; time <= 2; time++)
        {
            netlink.RemoveQdisc(link, Rtnetlink.TC_H_ROOT);
            netlink.RemoveQdisc(link, Rtnetlink.TC_H_INGRESS);
        }

        netlink.QdiscKind(link, Rtnetlink.TC_H_ROOT).Should().NotBe("tbf");
        netlink.QdiscKind(link, Rtnetlink.TC_H_INGRESS).Should().BeNull();
        netlink.RemoveLink("veth-peer");
        netlink.RemoveLink("veth-peer");
        netlink.FindLink("veth-peer").Should().BeNull();
    }

    [Fact]
    public async Task Removed_rules_of_nftables_are_reported_and_added_ones_are_not()
    {
        Assert.SkipUnless(Tool.Exists("nft"), "changing the firewall needs nft (nftables)");
        using var listener = _host.Namespace.Run(FirewallListener.Open);
        var received = Task.Run(listener.Receive, Cancellation);

        Nft("add table ip t; add chain ip t c; add rule ip t c accept");
        (await Task.WhenAny(received, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Cancellation)))
            .Should().NotBe(received);
        Nft("flush ruleset");

        (await received).Should().BeTrue();
        var stopped = Task.Run(() =>
        {
            while (listener.Receive())
            {
                // What was removed together with the first rule.
            }
        }, Cancellation);
        listener.Stop();
        await stopped;
    }

    private void Nft(string commands) => Tool.Run("nsenter", $"--net={_host.HostPath}", "nft", commands);
}
