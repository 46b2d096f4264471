using System.Net;
using Bridge.Adapter.Doctor.Firewall;
using Bridge.Adapter.Doctor.Readings;

namespace Bridge.Adapter.Tests.Doctor;

/// <summary>What becomes of packets of a CNI network in the listings of the firewall's tools.</summary>
public sealed class ForwardHookTests
{
    private static readonly Packet Outward = Packet("cni0", "eth0", "10.88.0.254", "192.0.2.1");
    private static readonly Packet Inward = Packet("eth0", "cni0", "192.0.2.1", "10.88.0.254") with { IsTranslated = true };

    // Docker 20.10 and the stock firewall plugin, each with one container.
    private const string Docker = """
        -A FORWARD -m comment --comment "CNI firewall plugin rules" -j CNI-FORWARD
        -A FORWARD -j DOCKER-USER
        -A FORWARD -j DOCKER-ISOLATION-STAGE-1
        -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A FORWARD -o docker0 -j DOCKER
        -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
        -A CNI-FORWARD -m comment --comment "CNI firewall plugin admin overrides" -j CNI-ADMIN
        -A CNI-FORWARD -d 10.88.0.2/32 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A CNI-FORWARD -s 10.88.0.2/32 -j ACCEPT
        -A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
        -A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
        -A DOCKER-ISOLATION-STAGE-1 -j RETURN
        -A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
        -A DOCKER-USER -j RETURN
        """;

    [Fact]
    public void Rules_for_other_links_and_other_containers_let_nothing_through()
    {
        var hook = Iptables("DROP", Docker);

        hook.Judge(Outward).Should().Be((Passage.Dropped, "the policy of chain FORWARD"));
        hook.Judge(Inward).Passage.Should().Be(Passage.Dropped);
        hook.Judge(Packet("cni0", "eth0", "10.88.0.2", "192.0.2.1")).Passage.Should().Be(Passage.Accepted);
        hook.Judge(Packet("docker0", "eth0", "172.17.0.2", "192.0.2.1")).Passage.Should().Be(Passage.Accepted);
        Iptables("ACCEPT", Docker).Judge(Outward).Passage.Should().Be(Passage.Accepted);
    }

    [Theory]
    [InlineData("-A FORWARD -i cni0 -j ACCEPT")]
    [InlineData("-A FORWARD -i cni+ -j ACCEPT")]
    [InlineData("-A FORWARD ! -i docker0 -j ACCEPT")]
    [InlineData("-A FORWARD -s 10.88.0.0/16 -j ACCEPT")]
    [InlineData("-A FORWARD ! -d 10.0.0.0/8 -m comment --comment \"all -j DROP\" -j ACCEPT")]
    [InlineData("-A DOCKER-USER -i cni0 -m conntrack --ctstate NEW,RELATED -j ACCEPT")]
    [InlineData("-A FORWARD -g CNI-ADMIN", "-A CNI-ADMIN -o eth0 -j ACCEPT")]
    public void A_rule_that_fits_lets_the_packet_through(params string[] rules) =>
        Iptables("DROP", $"{string.Join('\n', rules)}\n{Docker}").Judge(Outward).Passage.Should().Be(Passage.Accepted);

    [Theory]
    [InlineData("-A FORWARD -i cni1 -j ACCEPT")]
    [InlineData("-A FORWARD -s 10.99.0.0/16 -j ACCEPT")]
    [InlineData("-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")]
    [InlineData("-A FORWARD -m conntrack --ctstate DNAT -j ACCEPT")]
    [InlineData("-A FORWARD -j REJECT --reject-with icmp-port-unreachable", "-A FORWARD -i cni0 -j ACCEPT")]
    [InlineData("-A FORWARD -g CNI-ADMIN", "-A FORWARD -i cni0 -j ACCEPT")]
    [InlineData("-A FORWARD -i cni0 -j LOG --log-prefix \"ACCEPT \"")]
    [InlineData("-A FORWARD -m comment --comment \"-s all\" -j DROP", "-A FORWARD -i cni0 -j ACCEPT")]
    public void A_rule_that_does_not_fit_lets_nothing_through(params string[] rules) =>
        Iptables("DROP", $"{string.Join('\n', rules)}").Judge(Outward).Passage.Should().Be(Passage.Dropped);

    [Theory]
    [InlineData("-A FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT")]
    [InlineData("-A FORWARD -p tcp -m tcp --tcp-flags FIN,SYN SYN -j ACCEPT")]
    [InlineData("-A FORWARD -m set --match-set pods src -j CNI-ADMIN", "-A CNI-ADMIN -j ACCEPT")]
    [InlineData("-A FORWARD -j CNI-ADMIN", "-A FORWARD -j ACCEPT", "-A CNI-ADMIN -p tcp -j RETURN", "-A CNI-ADMIN -j DROP")]
    public void Conditions_that_are_not_understood_leave_a_doubt(params string[] rules) =>
        Iptables("DROP", string.Join('\n', rules)).Judge(Outward).Passage.Should().Be(Passage.MaybeDropped);

    [Fact]
    public void A_rule_of_some_packets_drops_no_packet_in_general() =>
        Iptables("ACCEPT", "-A FORWARD -m conntrack --ctstate INVALID -j DROP\n-A FORWARD -p tcp -m tcp --dport 25 -j DROP")
            .Judge(Outward).Passage.Should().Be(Passage.Accepted);

    [Fact]
    public void The_rule_for_published_ports_lets_in_what_a_port_has_translated()
    {
        var hook = Iptables("DROP", "-A DOCKER-USER -o cni0 -m conntrack --ctstate DNAT,RELATED,ESTABLISHED -j ACCEPT\n" + Docker);

        hook.Judge(Inward).Passage.Should().Be(Passage.Accepted);
        hook.Judge(Inward with { IsTranslated = false }).Passage.Should().Be(Passage.Dropped);
        hook.Judge(Outward).Passage.Should().Be(Passage.Dropped);
    }

    [Fact]
    public void A_packet_of_the_other_family_does_not_pass_there() =>
        Iptables("DROP", "").Judge(Packet("cni0", "eth0", "fd00::2", "2001:db8::1")).Passage.Should().Be(Passage.Accepted);

    [Fact]
    public void Chains_that_call_each_other_end() =>
        Iptables("DROP", "-A FORWARD -j CNI-ADMIN\n-A CNI-ADMIN -j CNI-FORWARD\n-A CNI-FORWARD -j CNI-ADMIN")
            .Judge(Outward).Passage.Should().Be(Passage.Dropped);

    // As firewalld has it: policy accept, and a last rule that rejects what no zone lets through.
    [Fact]
    public void Firewalld_rejects_what_comes_from_no_trusted_link()
    {
        const string Firewalld = """
            { "nftables": [
              { "chain": { "family": "inet", "table": "firewalld", "name": "filter_FORWARD", "type": "filter", "hook": "forward", "prio": 10,
                "policy": "accept" } },
              { "chain": { "family": "inet", "table": "firewalld", "name": "zones" } },
              { "rule": { "family": "inet", "table": "firewalld", "chain": "filter_FORWARD", "handle": 1, "expr": [
                { "match": { "op": "in", "left": { "ct": { "key": "state" } }, "right": { "set": ["established", "related"] } } },
                { "accept": null } ] } },
              { "rule": { "family": "inet", "table": "firewalld", "chain": "filter_FORWARD", "handle": 2, "expr": [
                { "match": { "op": "in", "left": { "ct": { "key": "status" } }, "right": "dnat" } }, { "accept": null } ] } },
              { "rule": { "family": "inet", "table": "firewalld", "chain": "filter_FORWARD", "handle": 3, "expr": [
                { "jump": { "target": "zones" } } ] } },
              { "rule": { "family": "inet", "table": "firewalld", "chain": "zones", "handle": 5, "expr": [
                { "match": { "op": "==", "left": { "meta": { "key": "iifname" } }, "right": "TRUSTED" } }, { "accept": null } ] } },
              { "rule": { "family": "inet", "table": "firewalld", "chain": "filter_FORWARD", "handle": 4, "expr": [
                { "reject": { "type": "icmpx", "expr": "admin-prohibited" } } ] } } ] }
            """;

        Nftables(Firewalld).Judge(Outward).Should().Be((Passage.Dropped, "the rule \"handle 4\" of chain filter_FORWARD"));
        Nftables(Firewalld).Judge(Inward).Passage.Should().Be(Passage.Accepted);
        Nftables(Firewalld.Replace("TRUSTED", "cni0", StringComparison.Ordinal)).Judge(Outward).Passage.Should().Be(Passage.Accepted);
    }

    [Theory]
    [InlineData("""{ "payload": { "protocol": "ip", "field": "saddr" } }""", """{ "prefix": { "addr": "10.88.0.0", "len": 16 } }""", true)]
    [InlineData("""{ "payload": { "protocol": "ip", "field": "saddr" } }""", """{ "set": ["10.1.1.1", "10.88.0.254"] }""", true)]
    [InlineData("""{ "payload": { "protocol": "ip6", "field": "saddr" } }""", "\"fd00::1\"", false)]
    [InlineData("""{ "meta": { "key": "oifname" } }""", "\"eth*\"", true)]
    [InlineData("""{ "meta": { "key": "nfproto" } }""", "\"ipv6\"", false)]
    [InlineData("""{ "payload": { "protocol": "ip", "field": "saddr" } }""", "\"@pods\"", null)]
    [InlineData("""{ "payload": { "protocol": "ip", "field": "saddr" } }""",
        """{ "set": ["10.1.1.1", { "range": ["10.88.0.0", "10.88.0.255"] }] }""", null)]
    [InlineData("""{ "payload": { "protocol": "tcp", "field": "dport" } }""", "22", null)]
    public void Conditions_of_nftables_are_understood(string left, string right, bool? matches)
    {
        var rule = $$"""
            , { "rule": { "family": "inet", "table": "mine", "chain": "fwd", "handle": 3, "expr": [
                { "match": { "op": "==", "left": {{left}}, "right": {{right}} } }, { "accept": null } ] } }
            """;

        Nftables(RedHosts.Nft("mine", "fwd", "drop", rule)).Judge(Outward).Passage.Should().Be(Of(matches));
    }

    [Theory]
    [InlineData("""{ "set": [["eth0", { "drop": null }], ["cni0", { "accept": null }]] }""", true)]
    [InlineData("""{ "set": [["cni0", { "drop": null }], ["eth0", { "accept": null }]] }""", false)]
    [InlineData("\"@links\"", null)]
    public void A_verdict_map_decides_by_its_elements(string elements, bool? accepts)
    {
        var rule = $$"""
            , { "rule": { "family": "inet", "table": "mine", "chain": "fwd", "handle": 3, "expr": [
                { "vmap": { "key": { "meta": { "key": "iifname" } }, "data": {{elements}} } } ] } }
            """;

        Nftables(RedHosts.Nft("mine", "fwd", "drop", rule)).Judge(Outward).Passage.Should().Be(Of(accepts));
    }

    [Theory]
    [InlineData("""{ "match": { "op": "!=", "left": { "meta": { "key": "mark" } }, "right": 5 } }, { "drop": null }""", true)]
    [InlineData("""{ "match": { "op": "==", "left": { "meta": { "key": "l4proto" } }, "right": "tcp" } }, { "reject": null }""", true)]
    [InlineData("""{ "match": { "op": "!=", "left": { "payload": { "protocol": "tcp", "field": "dport" } }, "right": 22 } }, { "drop": null }""", true)]
    [InlineData("""{ "match": { "op": "==", "left": { "meta": { "key": "mark" } }, "right": 5 } }, { "jump": { "target": "deny" } }""", true)]
    [InlineData("""{ "vmap": { "key": { "meta": { "key": "mark" } }, "data": "@verdicts" } }""", true)]
    [InlineData("""{ "match": { "op": "==", "left": { "payload": { "protocol": "tcp", "field": "dport" } }, "right": 25 } }, { "drop": null }""", false)]
    [InlineData("""{ "limit": { "rate": 5, "per": "second", "inv": true } }, { "drop": null }""", false)]
    [InlineData("""{ "vmap": { "key": { "concat": [{ "payload": { "protocol": "ip", "field": "daddr" } }, { "payload": { "protocol": "th", "field": "dport" } }] }, "data": "@ports" } }""", false)]
    public void A_rule_that_drops_by_a_condition_that_is_not_understood_leaves_a_doubt(string statements, bool isDoubtful)
    {
        const string Own = """
            { "match": { "op": "==", "left": { "payload": { "protocol": "ip", "field": "saddr" } },
                "right": { "prefix": { "addr": "SUBNET", "len": 16 } } } }
            """;
        var rules = $$"""
            , { "chain": { "family": "inet", "table": "mine", "name": "deny" } }
            , { "rule": { "family": "inet", "table": "mine", "chain": "deny", "handle": 4, "expr": [ { "drop": null } ] } }
            , { "rule": { "family": "inet", "table": "mine", "chain": "fwd", "handle": 3, "expr": [ {{Own}}, {{statements}} ] } }
            """;
        Passage Judged(string subnet) => Nftables(
            RedHosts.Nft("mine", "fwd", "accept", rules.Replace("SUBNET", subnet, StringComparison.Ordinal))).Judge(Outward).Passage;

        Judged("10.88.0.0").Should().Be(isDoubtful ? Passage.MaybeAccepted : Passage.Accepted);
        Judged("10.99.0.0").Should().Be(Passage.Accepted, "it is about other addresses");
    }

    [Theory]
    [InlineData("-A FORWARD -s 10.88.0.0/16 -m mark ! --mark 0x5 -j DROP", true)]
    [InlineData("-A FORWARD -m set --match-set pods src -j CNI-ADMIN\n-A CNI-ADMIN -j REJECT", true)]
    [InlineData("-A FORWARD -p tcp -m tcp ! --dport 22 -j DROP", true)]
    [InlineData("-A FORWARD -i cni0 -j ACCEPT\n-A FORWARD -m mark ! --mark 0x5 -j DROP", false)]
    [InlineData("-A FORWARD -p tcp -m tcp --dport 25 -j CNI-ADMIN\n-A CNI-ADMIN -m mark --mark 0x5 -j DROP", false)]
    public void The_same_is_so_of_iptables(string rules, bool isDoubtful) =>
        Iptables("ACCEPT", rules).Judge(Outward).Passage.Should().Be(isDoubtful ? Passage.MaybeAccepted : Passage.Accepted);

    // iptables-nft-save prints a remark in place of such a table.
    [Fact]
    public void A_table_filter_that_iptables_cannot_list_is_read_from_nft()
    {
        var hooks = FirewallReading.Parse(new Dictionary<string, string>
        {
            ["iptables-nft"] = "# Table `filter' contains one or more incompatible base-chains, use 'nft' tool.\n",
            ["nft"] = RedHosts.Nft("filter", "forward", "drop").Replace("\"inet\"", "\"ip\"", StringComparison.Ordinal),
        }).Hooks;

        hooks.Should().ContainSingle().Which.Judge(Outward).Passage.Should().Be(Passage.Dropped);
    }

    private static Passage Of(bool? accepts) => accepts switch
    {
        true => Passage.Accepted,
        false => Passage.Dropped,
        null => Passage.MaybeDropped,
    };

    private static Packet Packet(string input, string output, string source, string destination) =>
        new(input, output, IPAddress.Parse(source), IPAddress.Parse(destination), IsTranslated: false);

    private static ForwardHook Iptables(string policy, string rules) => IptablesRules.Read($"""
        # Generated by iptables-save v1.8.9 (nf_tables)
        *filter
        :INPUT ACCEPT [10:400]
        :FORWARD {policy} [0:0]
        :OUTPUT ACCEPT [0:0]
        :CNI-ADMIN - [0:0]
        :CNI-FORWARD - [0:0]
        :DOCKER - [0:0]
        :DOCKER-ISOLATION-STAGE-1 - [0:0]
        :DOCKER-ISOLATION-STAGE-2 - [0:0]
        :DOCKER-USER - [0:0]
        {rules}
        COMMIT
        """, BackEnd.Iptables, isIPv6: false)!;

    private static ForwardHook Nftables(string json) => NftablesRules.Read(json, ["ip", "ip6"]).Single();
}
