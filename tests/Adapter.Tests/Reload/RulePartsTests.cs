using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bridge.Adapter.Reload;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Reload;

/// <summary>
/// The lines are those that <c>iptables-save</c>, <c>ip6tables-save</c> and <c>nft list ruleset</c> show of the stock plugins 1.1.1 and
/// 1.9.1 for a container with both families that publishes two ports.
/// </summary>
public sealed class RulePartsTests
{
    private const string Id = "5a1d0b0f7e572e2eee1ec58dd2a7d3a05a1d0b0f7e572e2eee1ec58dd2a7d3a0";

    private static readonly string Own = ("CNI-" + Hash("pods" + Id))[..28];
    private static readonly string Ports = ("CNI-DN-" + Hash("pods" + Id))[..28];

    private static readonly string[] Iptables =
    [
        "*nat",
        "-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT",
        "-A OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT",
        "-A POSTROUTING -m comment --comment \"CNI portfwd requiring masquerade\" -j CNI-HOSTPORT-MASQ",
        $"-A POSTROUTING -s 10.90.0.2/32 -m comment --comment \"name: \\\"pods\\\" id: \\\"{Id}\\\"\" -j {Own}",
        $"-A {Own} -d 10.90.0.0/24 -m comment --comment \"name: \\\"pods\\\" id: \\\"{Id}\\\"\" -j ACCEPT",
        $"-A {Own} ! -d 224.0.0.0/4 -m comment --comment \"name: \\\"pods\\\" id: \\\"{Id}\\\"\" -j MASQUERADE",
        $"-A {Ports} -s 10.90.0.0/24 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK",
        $"-A {Ports} -s 127.0.0.1/32 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK",
        $"-A {Ports} -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.90.0.2:80",
        $"-A {Ports} -d 10.200.0.1/32 -s 10.90.0.0/24 -p udp -m udp --dport 53 -j CNI-HOSTPORT-SETMARK",
        $"-A {Ports} -d 10.200.0.1/32 -s 127.0.0.1/32 -p udp -m udp --dport 53 -j CNI-HOSTPORT-SETMARK",
        $"-A {Ports} -d 10.200.0.1/32 -p udp -m udp --dport 53 -j DNAT --to-destination 10.90.0.2:5353",
        $"-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment \"dnat name: \\\"pods\\\"\" -m multiport --dports 8080 -j {Ports}",
        $"-A CNI-HOSTPORT-DNAT -p udp -m comment --comment \"dnat name: \\\"pods\\\"\" -m multiport --dports 53 -j {Ports}",
        "-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE",
        "-A CNI-HOSTPORT-SETMARK -m comment --comment \"CNI portfwd masquerade mark\" -j MARK --set-xmark 0x2000/0x2000",
        "*filter",
        "-A FORWARD -m comment --comment \"CNI firewall plugin rules\" -j CNI-FORWARD",
        "-A CNI-FORWARD -d 10.90.0.2/32 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A CNI-FORWARD -s 10.90.0.2/32 -j ACCEPT",
    ];

    private static readonly string[] Ip6tables =
    [
        "*nat",
        "-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT",
        "-A OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT",
        "-A POSTROUTING -m comment --comment \"CNI portfwd requiring masquerade\" -j CNI-HOSTPORT-MASQ",
        $"-A POSTROUTING -s fd00:90::2/128 -m comment --comment \"name: \\\"pods\\\" id: \\\"{Id}\\\"\" -j {Own}",
        $"-A {Own} -d fd00:90::/64 -m comment --comment \"name: \\\"pods\\\" id: \\\"{Id}\\\"\" -j ACCEPT",
        $"-A {Own} ! -d ff00::/8 -m comment --comment \"name: \\\"pods\\\" id: \\\"{Id}\\\"\" -j MASQUERADE",
        $"-A {Ports} -s fd00:90::/64 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK",
        $"-A {Ports} -p tcp -m tcp --dport 8080 -j DNAT --to-destination [fd00:90::2]:80",
        $"-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment \"dnat name: \\\"pods\\\"\" -m multiport --dports 8080 -j {Ports}",
        "-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE",
        "-A CNI-HOSTPORT-SETMARK -m comment --comment \"CNI portfwd masquerade mark\" -j MARK --set-xmark 0x2000/0x2000",
        "*filter",
        "-A FORWARD -m comment --comment \"CNI firewall plugin rules\" -j CNI-FORWARD",
        "-A CNI-FORWARD -d fd00:90::2/128 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A CNI-FORWARD -s fd00:90::2/128 -j ACCEPT",
    ];

    private static readonly string Mark =
        $"comment \"{Hash("pods")[..16]}-{Hash("eth0:" + Id)[..16]}, net: pods, if: eth0, id: {Id[..40]}\"";

    private static readonly string[] Nftables =
    [
        "table inet cni_plugins_masquerade {", "\tchain masq_checks {",
        $"\t\tip saddr 10.90.0.2 ip daddr != 10.90.0.0/24 masquerade {Mark}",
        $"\t\tip6 saddr fd00:90::2 ip6 daddr != fd00:90::/64 masquerade {Mark}",
        "\t}", "", "\tchain postrouting {",
        "\t\ttype nat hook postrouting priority srcnat; policy accept;",
        "\t\tgoto masq_checks", "\t}", "}",
        "table ip cni_hostport {", "\tchain hostports {",
        $"\t\ttcp dport 8080 dnat to 10.90.0.2:80 comment \"{Id}\"",
        $"\t\tip daddr 10.200.0.1 udp dport 53 dnat to 10.90.0.2:5353 comment \"{Id}\"",
        "\t}", "\tchain hostports_all {", "\t}", "\tchain prerouting {",
        "\t\tfib daddr type local jump hostports_all", "\t}", "\tchain output {",
        "\t\tfib daddr type local jump hostports_all", "\t}", "\tchain masquerading {",
        $"\t\tip saddr 10.90.0.2 ip daddr 10.90.0.2 masquerade comment \"{Id}\"",
        $"\t\tip saddr 127.0.0.1 ip daddr 10.90.0.2 masquerade comment \"{Id}\"",
        "\t}", "}",
        "table ip6 cni_hostport {", "\tchain hostports {",
        $"\t\ttcp dport 8080 dnat to [fd00:90::2]:80 comment \"{Id}\"",
        "\t}", "\tchain prerouting {",
        "\t\tfib daddr type local jump hostports_all", "\t}", "\tchain output {",
        "\t\tfib daddr type local jump hostports_all", "\t}", "\tchain masquerading {",
        $"\t\tip6 saddr fd00:90::2 ip6 daddr fd00:90::2 masquerade comment \"{Id}\"",
        "\t}", "}",
    ];

    public static TheoryData<string, int> LinesThatMatter =>
    [
        .. Iptables.Index().Where(line => line.Item.StartsWith('-')).Select(line => ("iptables-save", line.Index)),
        .. Ip6tables.Index().Where(line => line.Item.StartsWith('-')).Select(line => ("ip6tables-save", line.Index)),
        .. Nftables.Index().Where(line => line.Item.StartsWith("\t\t", StringComparison.Ordinal) && !line.Item.Contains("type nat"))
            .Select(line => ("nft", line.Index)),
    ];

    [Fact]
    public void Nothing_is_missing_where_all_rules_are_there_in_either_back_end()
    {
        Missing(Dump("iptables-save", -1)).Should().BeEmpty();
        Missing(Dump("nft", -1)).Should().BeEmpty();
        Missing([("iptables-legacy-save", Iptables), ("ip6tables-legacy-save", Ip6tables), ("nft", [])]).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(LinesThatMatter))]
    public void Something_is_missing_without_any_one_of_them(string tool, int line)
    {
        var dump = Dump(tool, line);

        Missing(dump).Should().ContainSingle(dump.First(one => one.Tool == tool).Lines[line == 0 ? 1 : line - 1]);
    }

    [Fact]
    public void Marks_behind_the_redirection_count_as_missing()
    {
        var lines = Iptables.ToList();
        var redirection = lines.FindIndex(line => line.EndsWith("10.90.0.2:80", StringComparison.Ordinal));
        (lines[redirection], lines[redirection - 1]) = (lines[redirection - 1], lines[redirection]);

        Missing([("iptables-save", [.. lines]), ("ip6tables-save", Ip6tables)]).Should().Equal(HostPart.PublishedPorts);
    }

    [Fact]
    public void After_a_flush_every_part_is_missing_once() =>
        Missing([("iptables-save", []), ("ip6tables-save", []), ("nft", [])])
            .Should().Equal(HostPart.Masquerade, HostPart.AcceptRules, HostPart.PublishedPorts);

    [Theory]
    [InlineData("\t\tip saddr 10.90.0.2 jump filter_FWD_trusted", "\t\tip6 saddr fd00:90::2 jump filter_FWD_trusted", false)]
    [InlineData("\t\tip saddr 10.90.0.2 goto filter_FWD_trusted", "\t\tip6 saddr fd00:90::2 goto filter_FWD_trusted", false)]
    [InlineData("\t\tip saddr 10.90.0.2 jump filter_FWD_public", "\t\tip6 saddr fd00:90::2 jump filter_FWD_trusted", true)]
    public void Addresses_in_the_zone_of_firewalld_count_as_accepted(string ipv4, string ipv6, bool isMissing)
    {
        string[] Without(string[] lines) => [.. lines.Where(line => !line.Contains("CNI-FORWARD", StringComparison.Ordinal))];
        string[] firewalld = ["table inet firewalld { # progname firewalld", "\tflags owner,persist", "",
            "\tchain filter_FORWARD_ZONES {", ipv4, ipv6, "\t}", "}"];

        // While firewalld runs, only its own tables count.
        Missing([("iptables-save", Without(Iptables)), ("ip6tables-save", Without(Ip6tables)), ("nft", firewalld)])
            .Should().Equal(isMissing ? [HostPart.AcceptRules] : []);
        Missing([("iptables-save", Iptables), ("ip6tables-save", Ip6tables), ("nft", firewalld)])
            .Should().Equal(isMissing ? [HostPart.AcceptRules] : []);
    }

    [Fact]
    public void A_MAC_check_that_is_gone_can_only_be_put_back_by_a_restart()
    {
        var record = Record("\"macspoofchk\": true,");
        var plugin = HostPlugin.Of(record);
        var parts = ChainParts.Of(CniRecord.Configuration(record), [], limitsBandwidth: false, AttachMode.Staging, []);

        RuleParts.Missing(record, plugin, parts, new Ruleset(Dump("iptables-save", -1)))
            .Should().ContainSingle().Which.Should().Match<MissingPart>(part => part.Part == HostPart.MacCheck && part.IsLost);
        string[] check = ["table bridge nat {", "\tchain PREROUTING {",
            $"\t\tiifname \"veth1\" jump cni-br-iface-{Id}-eth0 comment \"macspoofchk-{Id}-eth0\"", "\t}", "}"];
        RuleParts.Missing(record, plugin, parts, new Ruleset([.. Dump("iptables-save", -1)[..2], ("nft", check)])).Should().BeEmpty();
    }

    private static (string Tool, string[] Lines)[] Dump(string tool, int without)
    {
        string[] Of(string name, string[] lines) => name == tool ? [.. lines.Where((_, index) => index != without)] : lines;
        string[] OnlyFilter(string[] lines) => [.. lines.SkipWhile(line => line != "*filter")];
        return tool == "nft"
            ? [("iptables-save", OnlyFilter(Iptables)), ("ip6tables-save", OnlyFilter(Ip6tables)), ("nft", Of("nft", Nftables))]
            : [("iptables-save", Of("iptables-save", Iptables)), ("ip6tables-save", Of("ip6tables-save", Ip6tables)), ("nft", [])];
    }

    // The bridge does not exist here, so the sysctl for the loopback of the host is left out (externalSetMarkChain has none).
    private static HostPart[] Missing((string Tool, string[] Lines)[] dump)
    {
        var record = Record("");
        var parts = ChainParts.Of(
            CniRecord.Configuration(record), record.RequestedPorts, limitsBandwidth: false, AttachMode.Staging, []);
        return [.. RuleParts.Missing(record, plugin: HostPlugin.Of(record), parts, new Ruleset(dump)).Select(part => part.Part)];
    }

    private static AttachmentRecord Record(string option) => Records.Joined("e1") with
    {
        ContainerId = Id,
        RequestedPorts = [new RequestedPort("tcp", 80, "", 8080, 8080)],
        PublishedPorts = option.Length > 0
            ? null
            : [new PortMapping(8080, 80, "tcp", ""), new PortMapping(53, 5353, "udp", "10.200.0.1")],
        Snapshot = new LinkSnapshot("eth0", "02:42:0a:5a:00:02", 1500, "veth", 7),
        Configuration = JsonDocument.Parse($$"""
            {
              "cniVersion": "1.0.0", "name": "pods",
              "plugins": [
                { "type": "ptp", {{option}} "ipMasq": true, "ipam": { "type": "host-local" } },
                { "type": "portmap", "capabilities": { "portMappings": true } },
                { "type": "firewall" }
              ]
            }
            """.Replace("ptp", option.Length > 0 ? "bridge" : "ptp", StringComparison.Ordinal)).RootElement.Clone(),
        Result = JsonDocument.Parse("""
            {
              "cniVersion": "1.0.0",
              "interfaces": [{ "name": "veth1" }, { "name": "eth0", "sandbox": "/run/netns/x" }],
              "ips": [{ "address": "10.90.0.2/24", "interface": 1 }, { "address": "fd00:90::2/64", "interface": 1 }]
            }
            """).RootElement.Clone(),
    };

    private static string Hash(string text) => Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(text)));
}
