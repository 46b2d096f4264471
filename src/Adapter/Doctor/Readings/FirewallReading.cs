using System.Text.Json;
using Bridge.Adapter.Doctor.Firewall;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>The host's firewall, as its own tools show it.</summary>
/// <param name="Hooks">What every forwarded packet passes.</param>
/// <param name="HasIptables">There is a program iptables, as plugins use it.</param>
/// <param name="UsesLegacy">That program keeps its rules in x_tables, and not in nftables.</param>
internal sealed record FirewallReading(IReadOnlyList<ForwardHook> Hooks, bool HasIptables, bool UsesLegacy)
{
    /// <summary>There is a program nft.</summary>
    public bool HasNftables { get; init; }

    /// <summary>Rules in the tables of iptables on nftables, and in those of legacy iptables.</summary>
    public (int OnNftables, int Legacy) RuleCounts { get; init; }

    /// <summary>Why the chains of nftables alone were not read; null where they were.</summary>
    public string? WhyNoNftables { get; init; }

    // Legacy iptables makes a table when it lists it: it runs only where the table is there (ip_tables_names).
    private const string Script = $$"""
        exec 2> /dev/null
        family() {
            if command -v "$1-nft-save" > /dev/null; then
                echo "{{HostProgram.Mark}}$1-nft"; "$1-nft-save" -t filter
                echo "{{HostProgram.Mark}}all-nft"; "$1-nft-save"
            elif "$1-save" --version | grep -q nf_tables; then
                echo "{{HostProgram.Mark}}$1-nft"; "$1-save" -t filter
                echo "{{HostProgram.Mark}}all-nft"; "$1-save"
            fi
            legacy="$1-legacy-save"
            command -v "$legacy" > /dev/null || legacy="$1-save"
            "$legacy" --version | grep -q nf_tables && return
            for table in $(cat "/proc/self/net/$2_tables_names"); do
                [ "$table" = filter ] && { echo "{{HostProgram.Mark}}$1-legacy"; "$legacy" -t filter; }
                echo "{{HostProgram.Mark}}all-legacy"; "$legacy" -t "$table"
            done
        }
        family iptables ip
        family ip6tables ip6
        command -v iptables > /dev/null && echo "{{HostProgram.Mark}}version" && iptables --version
        command -v nft > /dev/null && echo "{{HostProgram.Mark}}nft" && nft --json list ruleset
        exit 0
        """;

    /// <exception cref="SourceException">Only root may list it.</exception>
    public static async Task<FirewallReading> ReadAsync(HostShell shell, TimeSpan limit, CancellationToken cancellationToken) =>
        Environment.IsPrivilegedProcess
            ? Parse(await shell.RunAsync(Script, limit, cancellationToken))
            : throw new SourceException("only root may list the firewall");

    /// <param name="parts">Of the output.</param>
    public static FirewallReading Parse(IReadOnlyDictionary<string, string> parts)
    {
        string Part(string name) => parts.GetValueOrDefault(name, "");
        ForwardHook?[] hooks =
        [
            IptablesRules.Read(Part("iptables-nft"), BackEnd.Iptables, isIPv6: false),
            IptablesRules.Read(Part("ip6tables-nft"), BackEnd.Iptables, isIPv6: true),
            IptablesRules.Read(Part("iptables-legacy"), BackEnd.LegacyIptables, isIPv6: false),
            IptablesRules.Read(Part("ip6tables-legacy"), BackEnd.LegacyIptables, isIPv6: true),
        ];
        // iptables-save leaves out a table filter that nft has filled with what iptables does not have.
        string[] readElsewhere = [.. hooks.OfType<ForwardHook>().Where(hook => hook.BackEnd == BackEnd.Iptables)
            .Select(hook => hook.Families.IPv6 ? "ip6" : "ip")];
        var (nftables, whyNot) = Nftables(Part("nft"), readElsewhere);
        var version = Part("version");
        return new FirewallReading(
            [.. hooks.OfType<ForwardHook>(), .. nftables], parts.ContainsKey("version"),
            UsesLegacy: parts.ContainsKey("version") && !version.Contains("nf_tables", StringComparison.Ordinal))
        {
            HasNftables = parts.ContainsKey("nft"),
            RuleCounts = (Rules(Part("all-nft")), Rules(Part("all-legacy"))),
            WhyNoNftables = parts.ContainsKey("nft") ? whyNot : "nft is not installed, without which its tables cannot be listed",
        };
    }

    private static (IReadOnlyList<ForwardHook> Hooks, string? WhyNot) Nftables(string json, string[] readElsewhere)
    {
        try
        {
            return json.Trim().Length == 0
                ? ([], "nft printed nothing: this one may be built without JSON")
                : (NftablesRules.Read(json, readElsewhere), null);
        }
        catch (JsonException)
        {
            return ([], "nft printed no JSON");
        }
    }

    private static int Rules(string dump) => dump.Split('\n').Count(line => line.StartsWith("-A ", StringComparison.Ordinal)
        || (line.StartsWith(':') && line.Contains(" DROP ", StringComparison.Ordinal)));
}
