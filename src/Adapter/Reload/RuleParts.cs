using System.Net.Sockets;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Reload;

/// <summary>
/// What an attachment has in the host's firewall, by what the stock plugins 1.1 to 1.9 make (containernetworking/plugins pkg/ip
/// ipmasq_linux.go, pkg/link/spoofcheck.go, plugins/meta/firewall). A plugin that chooses its back end itself may use either.
/// </summary>
internal static class RuleParts
{
    private const string Nat = "nat";
    private const string Filter = "filter";
    private const string MasqueradeTable = "inet cni_plugins_masquerade";
    private const string FirewalldTable = "inet firewalld";
    private const string FirewallChain = "CNI-FORWARD";
    private const int HashDigits = 16;

    private static readonly string[] FirewalldChains = ["FORWARD", "FWD", "FWDI", "IN"];

    public static IEnumerable<MissingPart> Missing(AttachmentRecord record, HostPlugin? plugin, ChainParts ran, Ruleset rules)
    {
        var result = CniRecord.Result(record)!;
        var macCheck = $"\"macspoofchk-{record.ContainerId}-{record.InterfaceName}\"";
        if (plugin is { ChecksMac: true } && !rules.HasNft("bridge nat", null, macCheck))
            yield return new MissingPart(HostPart.MacCheck, "rules that check the MAC (macspoofchk)") { IsLost = true };

        if (plugin is { Masquerades: true })
        {
            foreach (var part in Of(result, HostPart.Masquerade, ip => $"masquerade of {ip.Address}", ip => Masquerade(record, ip, rules)))
                yield return part;
        }

        if (ran.Attaching.Plugins.FirstOrDefault(one => one.Type == "firewall") is { } firewall)
        {
            foreach (var part in Of(result, HostPart.AcceptRules, ip => $"rules of plugin firewall for {ip.Address}",
                ip => Acceptance(firewall, ip, result, rules)))
                yield return part;
        }

        if (PortRules.Missing(record, plugin, ran, result, rules) is { } ports)
            yield return ports;
    }

    // The first address whose rules are not whole; one without its own rules comes before.
    private static IEnumerable<MissingPart> Of(CniResult result, HostPart part, Func<CniIp, string> what, Func<CniIp, RuleState> stateOf)
    {
        var states = result.Ips.Select(ip => (Ip: ip, State: stateOf(ip))).Where(one => one.State != RuleState.Whole).ToArray();
        return states.Length == 0
            ? []
            : [new MissingPart(part, what(states[0].Ip)) { IsShared = states.All(one => one.State == RuleState.Unreached) }];
    }

    private static RuleState Masquerade(AttachmentRecord record, CniIp ip, Ruleset rules) =>
        IsMasqueradedByIptables(FirewallMarks.ChainName("CNI-", record), ip, rules)
            ? RuleState.Whole
            : MasqueradeOfNftables(record, ip, rules);

    // All of these rules are its own.
    private static bool IsMasqueradedByIptables(string chain, CniIp ip, Ruleset rules)
    {
        var isIPv6 = ip.Address.AddressFamily == AddressFamily.InterNetworkV6;
        var subnet = $"{Cidr.BaseOf(ip.Address, ip.PrefixLength)}/{ip.PrefixLength}";
        var accepted = rules.Find(isIPv6, Nat, $"-A {chain}", $"-d {subnet}", "-j ACCEPT");
        return rules.Has(isIPv6, Nat, "-A POSTROUTING", $"-s {Whole(ip)}", $"-j {chain}")
            && accepted >= 0
            && rules.Find(isIPv6, Nat, $"-A {chain}", $"! -d {(isIPv6 ? "ff00::/8" : "224.0.0.0/4")}", "-j MASQUERADE") > accepted;
    }

    // The comment begins with two hashes; its end may be cut.
    private static RuleState MasqueradeOfNftables(AttachmentRecord record, CniIp ip, Ruleset rules) => RuleStates.Of(
        own: rules.HasNft(MasqueradeTable, "masq_checks", $"saddr {ip.Address}",
            $"masquerade comment \"{Hash(record.CniNetwork)}-{Hash($"{record.InterfaceName}:{record.ContainerId}")},"),
        isReached: rules.HasNft(MasqueradeTable, "postrouting", "goto masq_checks"));

    private static string Hash(string text) => Convert.ToHexStringLower(NameHash.Sha512(text))[..HashDigits];

    private static RuleState Acceptance(PluginConfiguration firewall, CniIp ip, CniResult result, Ruleset rules)
    {
        var json = firewall.Json;
        var backend = IpamSection.Text(json, "backend");
        var zone = IpamSection.Text(json, "firewalldZone") is { Length: > 0 } chosen ? chosen : "trusted";
        var state = backend == "firewalld" || (backend != "iptables" && HasFirewalld(rules))
            ? RuleStates.Of(own: IsInZone(ip, zone, rules), isReached: true)
            : AcceptanceOfIptables(ip, rules);
        var isolates = IpamSection.Text(json, "ingressPolicy") is "same-bridge" or "isolated";
        return state == RuleState.Whole && isolates && !IsIsolated(ip, result, rules) ? RuleState.Unreached : state;
    }

    private static RuleState AcceptanceOfIptables(CniIp ip, Ruleset rules)
    {
        var isIPv6 = ip.Address.AddressFamily == AddressFamily.InterNetworkV6;
        return RuleStates.Of(
            own: rules.Has(isIPv6, Filter, $"-A {FirewallChain}", $"-d {Whole(ip)}", "--ctstate RELATED,ESTABLISHED", "-j ACCEPT")
                && rules.Has(isIPv6, Filter, $"-A {FirewallChain}", $"-s {Whole(ip)}", "-j ACCEPT"),
            isReached: rules.Has(isIPv6, Filter, "-A FORWARD", $"-j {FirewallChain}"));
    }

    // While firewalld runs, its own tables refuse what is in none of its zones, whatever iptables accepts.
    private static bool HasFirewalld(Ruleset rules) =>
        rules.HasNftTable(FirewalldTable) || rules.Has(isIPv6: false, Filter, ":FORWARD_ZONES");

    // firewalld names the chains of a zone after it: "ip saddr 10.88.0.2 jump filter_FWD_trusted" (2.x), "goto filter_FWD_trusted", or
    // "-s 10.88.0.2/32 -g FWD_trusted", by its version and its own back end.
    private static bool IsInZone(CniIp ip, string zone, Ruleset rules)
    {
        var isIPv6 = ip.Address.AddressFamily == AddressFamily.InterNetworkV6;
        return FirewalldChains.Any(chain => rules.HasNft(FirewalldTable, null, $"saddr {ip.Address}", $"filter_{chain}_{zone}")
            || rules.Has(isIPv6, Filter, $"-s {Whole(ip)}", $"-g {chain}_{zone}"));
    }

    // Containers of one bridge device share these.
    private static bool IsIsolated(CniIp ip, CniResult result, Ruleset rules)
    {
        var isIPv6 = ip.Address.AddressFamily == AddressFamily.InterNetworkV6;
        var bridge = result.Interfaces is [var first, ..] ? first.Name : "";
        return rules.Has(isIPv6, Filter, "-A FORWARD", "-j CNI-ISOLATION-STAGE-1")
            && rules.Has(isIPv6, Filter, "-A CNI-ISOLATION-STAGE-1", $"-i {bridge} ! -o {bridge}", "-j CNI-ISOLATION-STAGE-2")
            && rules.Has(isIPv6, Filter, "-A CNI-ISOLATION-STAGE-2", $"-o {bridge}", "-j DROP");
    }

    private static string Whole(CniIp ip) => $"{ip.Address}/{(ip.Address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32)}";
}
