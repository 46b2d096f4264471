using Bridge.Adapter.Leftovers;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Tests.Leftovers;

/// <summary>The lines are those that the stock plugins 1.1.1 and 1.9.1 left for a container of this id on a network of this name.</summary>
public sealed class FirewallMarksTests
{
    private const string Id = "5a1d0b0f7e572e2eee1ec58dd2a7d3a05a1d0b0f7e572e2eee1ec58dd2a7d3a0";
    private const string Other = "9c44e61f0d3b7a825f60c1b2a39488d79c44e61f0d3b7a825f60c1b2a39488d7";

    private static readonly FirewallMarks Marks = new("pods", Id, [Address("10.93.0.2"), Address("fd00::2")]);

    [Theory]
    [InlineData("-A POSTROUTING -s 10.93.0.2/32 -m comment --comment \"name: \\\"pods\\\" id: \\\"" + Id + "\\\"\" -j CNI-x")]
    [InlineData("ip saddr 10.93.0.2 ip daddr != 224.0.0.0/4 masquerade comment \"6cf8a4-net: pods, if: eth0, id: " + Id + "\"")]
    [InlineData("-A CNI-FORWARD -d 10.93.0.2/32 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")]
    [InlineData("-A CNI-FORWARD -s fd00::2/128 -j ACCEPT")]
    public void A_rule_of_the_attachment_is_recognised(string line) => Marks.IsOn(line).Should().BeTrue();

    [Theory]
    [InlineData("CNI-")]
    [InlineData("CNI-DN-")]
    [InlineData("CNI-SN-")]
    public void A_chain_of_the_attachment_is_recognised(string prefix)
    {
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(System.Text.Encoding.UTF8.GetBytes("pods" + Id)));
        Marks.IsOn($":{(prefix + hash)[..28]} - [0:0]").Should().BeTrue();
    }

    [Theory]
    [InlineData("-A POSTROUTING -s 10.93.0.2/32 -m comment --comment \"name: \\\"pods\\\" id: \\\"" + Other + "\\\"\" -j CNI-x")]
    [InlineData("-A CNI-FORWARD -d 10.93.0.20/32 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")]
    [InlineData("-A CNI-FORWARD -d 110.93.0.2/32 -j ACCEPT")]
    [InlineData("-A INPUT -s 10.93.0.2/32 -j DROP")]
    [InlineData("")]
    public void Rules_of_other_containers_and_of_the_administrator_are_not_recognised(string line) => Marks.IsOn(line).Should().BeFalse();

    [Theory]
    [InlineData(
        "-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment \"dnat name: \\\"pods\\\" id: \\\"" + Id +
            "\\\"\" -m multiport --dports 8080 -j CNI-DN-x", true)]
    [InlineData("tcp dport 8080 dnat to 10.93.0.2:80 comment \"" + Id + "\"", true)]
    [InlineData("ip saddr 10.93.0.2 ip daddr != 224.0.0.0/4 masquerade comment \"6cf8a4-net: pods, if: eth0, id: " + Id + "\"", false)]
    [InlineData("-A POSTROUTING -s 10.93.0.2/32 -m comment --comment \"name: \\\"pods\\\" id: \\\"" + Id + "\\\"\" -j CNI-x", false)]
    public void Rules_that_publish_ports_are_distinguished_from_others(string line, bool isOfPorts) =>
        FirewallMarks.IsOfPorts(line).Should().Be(isOfPorts);

    private static LinkAddress Address(string address) => new(address, address.Contains(':', StringComparison.Ordinal) ? 64 : 24);

    [Fact]
    public void The_addresses_from_which_packets_come_to_rules_are_read_in_every_tools_form() => FirewallMarks.SourcesIn(
    [
        "-A POSTROUTING -s 10.90.0.3/32 -m comment --comment \"name: \\\"pods\\\" id: \\\"77aa\\\"\" -j CNI-57ab",
        "-A CNI-57ab -d 10.90.0.0/24 -j ACCEPT",
        "-A CNI-57ab -s 10.90.0.0/24 -j ACCEPT",
        "rule -A POSTROUTING -s fd00:90::3/128 -j CNI-57ab",
        "        ip saddr 10.90.0.3  counter jump CNI-57ab",
        "        ip saddr == 10.90.0.4 ip daddr != 10.90.0.0/24 masquerade",
        "        ip saddr 10.90.0.0/24 accept",
        "        ip6 saddr fd00:90::4 accept",
    ]).Select(address => $"{address.Address}/{address.PrefixLength}").Should()
        .Equal("10.90.0.3/32", "fd00:90::3/128", "10.90.0.4/32", "fd00:90::4/128");
}
