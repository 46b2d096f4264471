namespace Bridge.Engine.Tests.Fidelity;

/// <summary>The stock plugins, each in the ways in which people configure it.</summary>
internal static class Chains
{
    private const string Moved = "the main plugin looks for its default route in the main table, from which sbr has moved it.";
    private const string NoPlaceholder = "tuning's CHECK does not know IFNAME, its ADD does.";
    private const string Range4 = """[{ "subnet": "@4.0/24" }]""";
    private const string Range6 = """[{ "subnet": "@6::/64" }]""";
    private const string Routed = """ "routes": [{ "dst": "0.0.0.0/0" }] """;
    private const string HostLocal = $$"""{ "type": "host-local", "ranges": [{{Range4}}] }""";
    private const string HostLocalRouted = $$"""{ "type": "host-local", "ranges": [{{Range4}}], {{Routed}} }""";
    private const string HostLocalDual =
        $$"""{ "type": "host-local", "ranges": [{{Range4}}, {{Range6}}], "routes": [{ "dst": "0.0.0.0/0" }, { "dst": "::/0" }] }""";
    private const string Bridge = $$"""{ "type": "bridge", "bridge": "@BRIDGE", "isDefaultGateway": true, "ipam": {{HostLocal}} }""";

    public static IReadOnlyList<Chain> All { get; } =
    [
        new("bridge-plain", 1, Bridge),
        new("bridge-without-gateway", 2, $$"""{ "type": "bridge", "bridge": "@BRIDGE", "ipam": {{HostLocal}} }""") { HasGateway = false,
            Ipam = "null" },
        new("bridge-masquerade", 3, $$"""
            { "type": "bridge", "bridge": "@BRIDGE", "isDefaultGateway": true, "ipMasq": true, "hairpinMode": true, "mtu": 1400,
              "ipam": {{HostLocal}} }
            """),
        new("bridge-spoofcheck", 4,
            $$"""{ "type": "bridge", "bridge": "@BRIDGE", "isDefaultGateway": true, "macspoofchk": true, "ipam": {{HostLocal}} }"""),
        new("bridge-two-ranges", 5, $$"""
            { "type": "bridge", "bridge": "@BRIDGE",
              "ipam": { "type": "host-local", "ranges": [{{Range4}}, [{ "subnet": "10.101.5.0/24" }]] } }
            """) { HasGateway = false, Ipam = "null" },
        new("bridge-dual", 6,
            $$"""{ "type": "bridge", "bridge": "@BRIDGE", "isGateway": true, "ipam": {{HostLocalDual}} }""") { HasIPv6 = true },
        new("bridge-ipv6", 7, $$"""
            { "type": "bridge", "bridge": "@BRIDGE", "isDefaultGateway": true, "ipam": { "type": "host-local", "ranges": [{{Range6}}] } }
            """) { HasIPv4 = false, HasIPv6 = true, Ipam = "null" },
        new("bridge-routes", 8, $$"""
            { "type": "bridge", "bridge": "@BRIDGE", "isGateway": true, "ipam": { "type": "host-local", "ranges": [{{Range4}}],
              "routes": [{ "dst": "0.0.0.0/0" }, { "dst": "10.55.0.0/16" }, { "dst": "10.56.0.0/16", "gw": "@4.77" }] } }
            """) { OldCheckFails = "bridge looks for a route without a gateway as the result has it, not as it made it." },
        new("bridge-static", 9, $$"""
            { "type": "bridge", "bridge": "@BRIDGE", "isGateway": true,
              "ipam": { "type": "static", "addresses": [{ "address": "@4.5/24", "gateway": "@4.1" }], {{Routed}} } }
            """) { OneAtATime = true },
        new("ptp", 10, $$"""{ "type": "ptp", "ipMasq": true, "mtu": 1400, "ipam": {{HostLocalRouted}} }"""),
        new("ptp-dual", 11, $$"""{ "type": "ptp", "ipam": {{HostLocalDual}} }""") { HasIPv6 = true },
        new("macvlan", 12, $$"""{ "type": "macvlan", "master": "{{FidelityHost.Card}}", "mode": "bridge", "ipam": {{HostLocalRouted}} }"""),
        new("host-device", 13,
            $$"""{ "type": "host-device", "device": "{{FidelityHost.Device}}", "ipam": {{HostLocalRouted}} }""") { OneAtATime = true },
        new("tap", 14, $$"""{ "type": "tap", "ipam": {{HostLocalRouted}} }""") { IsNew = true },
        new("portmap-firewall-bandwidth", 15, $$"""
            {{Bridge}}, { "type": "portmap", "capabilities": { "portMappings": true } }, { "type": "firewall" },
            { "type": "bandwidth", "ingressRate": 8000000, "ingressBurst": 800000, "egressRate": 8000000, "egressBurst": 800000 }
            """),
        new("tuning", 16, $$"""
            {{Bridge}}, { "type": "tuning", "mtu": 1420, "promisc": true,
              "sysctl": { "net.core.somaxconn": "777", "net.ipv4.conf.IFNAME.arp_filter": "1", "net.ipv4.conf.all.log_martians": "1",
                "net.ipv6.conf.IFNAME.hop_limit": "33" } }
            """) { Sysctls = ["core/somaxconn", "ipv4/conf/all/log_martians"], OldCheckFails = NoPlaceholder },
        new("sbr", 17, $$"""{{Bridge}}, { "type": "sbr" }""") { CheckFails = Moved },
        new("ptp-sbr", 18, $$"""{ "type": "ptp", "ipam": {{HostLocalRouted}} }, { "type": "sbr" }""") { CheckFails = Moved },
        new("macvlan-tuning", 19, $$"""
            { "type": "macvlan", "master": "{{FidelityHost.Card}}", "ipam": {{HostLocalDual}} },
            { "type": "tuning", "sysctl": { "net.ipv4.conf.IFNAME.rp_filter": "2" } }
            """) { HasIPv6 = true, OldCheckFails = NoPlaceholder },
        new("routes-of-1.1", 20, $$"""
            { "type": "bridge", "bridge": "@BRIDGE", "isGateway": true, "ipam": { "type": "host-local", "ranges": [{{Range4}}],
              "routes": [{ "dst": "0.0.0.0/0" }, { "dst": "10.57.0.0/16", "mtu": 1300, "priority": 50 }, { "dst": "10.58.0.0/16",
                "table": 100, "scope": 0 }] } }
            """) { CniVersion = "1.1.0", IsNew = true, CheckFails = "bridge looks for the route of another table in the main one." },
        new("bridge-nftables", 21, $$"""
            { "type": "bridge", "bridge": "@BRIDGE", "isGateway": true, "ipMasq": true, "ipMasqBackend": "nftables",
              "ipam": {{HostLocalDual}} },
            { "type": "portmap", "backend": "nftables", "capabilities": { "portMappings": true } }, { "type": "firewall" }
            """) { HasIPv6 = true, IsNew = true },
        new("ptp-nftables", 22,
            $$"""{ "type": "ptp", "ipMasq": true, "ipMasqBackend": "nftables", "ipam": {{HostLocalRouted}} }""") { IsNew = true },
        new("reserved-without-gateway", 23,
            $$"""{ "type": "bridge", "bridge": "@BRIDGE", "ipam": {{HostLocal}} }""") { HasGateway = false },
        new("reserved-two-ranges", 24, $$"""
            { "type": "bridge", "bridge": "@BRIDGE",
              "ipam": { "type": "host-local", "ranges": [{{Range4}}, [{ "subnet": "10.101.24.0/24" }]] } }
            """) { HasGateway = false },
    ];
}
