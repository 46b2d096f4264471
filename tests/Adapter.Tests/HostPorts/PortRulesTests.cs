using Bridge.Adapter.HostPorts;

namespace Bridge.Adapter.Tests.HostPorts;

/// <summary>What the firewall's tools print of ports that others publish.</summary>
public sealed class PortRulesTests
{
    [Fact]
    public void The_chains_of_portmap_name_the_owners_of_ports()
    {
        const string Dump = """
            *nat
            :CNI-DN-01b - [0:0]
            -A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
            -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
            -A CNI-DN-01b -s 10.1.1.0/24 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK
            -A CNI-DN-01b -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.1.1.2:80
            -A CNI-DN-01b -d 127.0.0.1/32 -p udp -m udp --dport 8082 -j DNAT --to-destination 10.1.1.2:80
            -A CNI-DN-orphan -p tcp -m tcp --dport 9999 -j DNAT --to-destination 10.1.1.3:80
            -A CNI-HOSTPORT-DNAT -p udp -m comment --comment "dnat name: \"my pods\" id: \"abc-1\"" -m multiport --dports 8082 -j CNI-DN-01b
            -A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \"my pods\" id: \"abc-1\"" -m multiport --dports 8080 -j CNI-DN-01b
            -A KUBE-HOSTPORTS -p sctp -m comment --comment "k8s_web_default_0_ hostport 7000" -m sctp --dport 7000 -j KUBE-HP-ABC
            -A KUBE-HOSTPORTS -p tcp -m comment --comment "odd hostport 7001" -m tcp --dport 7001 -j KUBE-HP-GONE
            -A KUBE-HP-ABC -s 10.1.1.4/32 -m comment --comment "k8s_web_default_0_ hostport 7000" -j KUBE-MARK-MASQ
            -A KUBE-HP-ABC -p sctp -m comment --comment "k8s_web_default_0_ hostport 7000" -m sctp -j DNAT --to-destination 10.1.1.4:70
            -A DOCKER -i docker0 -j RETURN
            -A DOCKER -d 192.0.2.1/32 ! -i docker0 -p tcp -m tcp --dport 6000 -j DNAT --to-destination 172.17.0.2:80
            COMMIT
            """;

        PortRules.OfIptables(Dump, PortRules.AnyIPv4).Should().Equal(
            new ForeignPort("tcp", "0.0.0.0", 8080, "abc-1") { ContainerPort = 80 },
            new ForeignPort("udp", "127.0.0.1", 8082, "abc-1") { ContainerPort = 80 },
            new ForeignPort("sctp", "0.0.0.0", 7000, "pod default/web") { ContainerPort = 70 },
            new ForeignPort("tcp", "0.0.0.0", 7001, "pod odd"),
            new ForeignPort("tcp", "192.0.2.1", 6000, PortRules.Dockers) { ContainerPort = 80 });
    }

    [Fact]
    public void The_nftables_table_of_portmap_names_the_owners_of_ports()
    {
        const string Listing = """
            table ip6 cni_hostport {
            	chain hostports {
            		tcp dport 8080 dnat to [fd11::2]:80 comment "abc-1"
            		ip6 daddr fd00::1 udp dport 8084 dnat to [fd11::2]:80 comment "abc-2"
            	}
            	chain masquerading {
            		ip6 saddr fd11::2 ip6 daddr fd11::2 masquerade comment "abc-1"
            	}
            }
            """;

        PortRules.OfNftables(Listing, PortRules.AnyIPv6).Should().Equal(
            new ForeignPort("tcp", "::", 8080, "abc-1") { ContainerPort = 80 },
            new ForeignPort("udp", "fd00::1", 8084, "abc-2") { ContainerPort = 80 });
    }

    [Theory]
    [InlineData("10.1.1.2:80", 80)]
    [InlineData("[fd11::2]:80", 80)]
    [InlineData("10.1.1.2:80-90", null)]
    [InlineData("10.1.1.2", null)]
    [InlineData("fd11::2", null)]
    public void A_rule_that_names_no_single_port_of_the_container_still_names_the_host_port(string target, int? port)
    {
        var dump = $"""
            -A CNI-DN-01b -p tcp -m tcp --dport 8080 -j DNAT --to-destination {target}
            -A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \"pods\" id: \"abc\"" -m multiport --dports 8080 -j CNI-DN-01b
            """;

        PortRules.OfIptables(dump, PortRules.AnyIPv4).Should().Equal(
            new ForeignPort("tcp", "0.0.0.0", 8080, "abc") { ContainerPort = port });
        PortRules.OfNftables($"tcp dport 8080 dnat to {target} comment \"abc\"", PortRules.AnyIPv4).Should().Equal(
            new ForeignPort("tcp", "0.0.0.0", 8080, "abc") { ContainerPort = port });
    }
}
