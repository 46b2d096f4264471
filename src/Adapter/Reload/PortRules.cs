using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Reload;

/// <summary>
/// The rules of plugin portmap for one attachment, in either back end (containernetworking/plugins plugins/meta/portmap), and the sysctl
/// by which a published port answers on the host's loopback.
/// </summary>
internal static class PortRules
{
    private const string Nat = "nat";
    private const string MarkChain = "CNI-HOSTPORT-SETMARK";
    private const string MasqueradeChain = "CNI-HOSTPORT-MASQ";
    private const string EntryChain = "CNI-HOSTPORT-DNAT";

    /// <returns>Null: nothing is missing, or another plugin publishes.</returns>
    public static MissingPart? Missing(AttachmentRecord record, HostPlugin? plugin, ChainParts ran, CniResult result, Ruleset rules)
    {
        if (record.PublishedPorts is not { Count: > 0 } ports
            || ran.Publishing.Plugins.FirstOrDefault(one => one.Type == ChainParts.StockPortmap) is not { } portmap)
            return null;

        var json = portmap.Json;
        var addresses = result.Ips.GroupBy(ip => ip.Address.AddressFamily).Select(family => family.First().Address);
        foreach (var address in addresses)
        {
            var own = ports.Where(port => IsFor(port, address)).Select(port => (Port: port, State: Of(record, json, port, address, rules)))
                .ToArray();
            if (own.Where(one => one.State != RuleState.Whole).ToArray() is [var (missing, _), ..] all)
            {
                return new MissingPart(HostPart.PublishedPorts, $"published port {missing.HostPort}/{missing.Protocol}")
                {
                    IsShared = all.All(one => one.State == RuleState.Unreached),
                };
            }

            if (own.Length > 0 && plugin is { Type: HostPlugin.BridgeType } && !ReachesFromLoopback(json, plugin.BridgeName, address))
                {
                return new MissingPart(
                    HostPart.PublishedPorts, $"published ports on the host's loopback (route_localnet of {plugin.BridgeName})");
            }
        }

        return null;
    }

    private static bool IsFor(PortMapping port, IPAddress address) =>
        !IPAddress.TryParse(port.HostIp, out var hostIp) || hostIp.AddressFamily == address.AddressFamily;

    private static RuleState Of(AttachmentRecord record, JsonObject portmap, PortMapping port, IPAddress address, Ruleset rules) =>
        IpamSection.Text(portmap, "backend") switch
        {
            "iptables" => OfIptables(record, portmap, port, address, rules),
            "nftables" => OfNftables(record, portmap, port, address, rules),
            _ => RuleStates.Better(
                OfIptables(record, portmap, port, address, rules), OfNftables(record, portmap, port, address, rules)),
        };

    private static RuleState OfIptables(AttachmentRecord record, JsonObject portmap, PortMapping port, IPAddress address, Ruleset rules)
    {
        var isIPv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var chain = FirewallMarks.ChainName("CNI-DN-", record);
        var (own, proto, match) = ($"-A {chain}", $"-p {port.Protocol}", $"--dport {port.HostPort}");
        var target = $"--to-destination {new IPEndPoint(address, port.ContainerPort)}";
        var redirects = rules.Find(isIPv6, Nat, own, proto, match, "-j DNAT", target);
        var hasOwn = redirects >= 0 && rules.Has(isIPv6, Nat, $"-A {EntryChain}", proto, $"-j {chain}");
        var isReached = rules.Has(isIPv6, Nat, "-A PREROUTING", $"-j {EntryChain}")
            && rules.Has(isIPv6, Nat, "-A OUTPUT", $"-j {EntryChain}");
        if (!hasOwn || !Masquerades(portmap))
            return RuleStates.Of(hasOwn, isReached);

        var external = IpamSection.Text(portmap, "externalSetMarkChain");
        var marks = isIPv6 || Flag(portmap, "masqAll") == true ? 1 : 2; // Before the redirection, which ends the chain.
        return RuleStates.Of(
            own: rules.Count(isIPv6, Nat, redirects, own, proto, match, $"-j {external ?? MarkChain}") >= marks,
            isReached && (external is not null || HasMarkChains(isIPv6, rules)));
    }

    private static bool HasMarkChains(bool isIPv6, Ruleset rules) => rules.Has(isIPv6, Nat, $"-A {MarkChain}", "-j MARK")
        && rules.Has(isIPv6, Nat, $"-A {MasqueradeChain}", "-j MASQUERADE")
        && rules.Has(isIPv6, Nat, "-A POSTROUTING", $"-j {MasqueradeChain}");

    // Versions before 1.7 jump from the base chains to hostip_hostports and hostports, later ones to hostports_all.
    private static RuleState OfNftables(AttachmentRecord record, JsonObject portmap, PortMapping port, IPAddress address, Ruleset rules)
    {
        var isIPv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var (table, family) = isIPv6 ? ("ip6 cni_hostport", "ip6") : ("ip cni_hostport", "ip");
        var id = $"comment \"{record.ContainerId}\"";
        bool IsEntered(string chain) => rules.HasNft(table, chain, "jump hostports_all") || rules.HasNft(table, chain, "jump hostports");
        var isRedirected = rules.HasNft(
            table, null, $"{port.Protocol} dport {port.HostPort} dnat to {new IPEndPoint(address, port.ContainerPort)} {id}");
        var isMasqueraded = !Masquerades(portmap)
            || (rules.HasNft(table, "masquerading", $"{family} saddr {address} {family} daddr {address}", id)
                && (isIPv6 || rules.HasNft(table, "masquerading", $"ip saddr 127.0.0.1 ip daddr {address}", id)));
        return RuleStates.Of(own: isRedirected && isMasqueraded, IsEntered("prerouting") && IsEntered("output"));
    }

    private static bool ReachesFromLoopback(JsonObject portmap, string bridge, IPAddress address) =>
        address.AddressFamily != AddressFamily.InterNetwork || !Masquerades(portmap) || portmap["externalSetMarkChain"] is not null
        || LibC.TryReadText($"/proc/sys/net/ipv4/conf/{bridge}/route_localnet")?.Trim() == "1";

    private static bool Masquerades(JsonObject portmap) => Flag(portmap, "snat") != false;

    private static bool? Flag(JsonObject json, string key) =>
        json[key] is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;
}
