using Bridge.Adapter.Doctor.Firewall;
using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Doctor.Checks;

internal sealed class FirewallProgramsCheck() : Check<FirewallReading>(host => host.Firewall)
{
    private static readonly Version FirstWithNftables = new(1, 6, 0);

    public override string Id => "firewall-programs";

    public override string Title => "The programs that plugins run for the firewall are installed";

    public override string Inspects => "`iptables` and `nft`; chains with `portmap`, `firewall` or `ipMasq`";

    protected override IEnumerable<Finding> Find(FirewallReading reading, HostReadings host)
    {
        if (reading.HasIptables)
            yield break;

        if (host.Configured.Value is not { } networks)
        {
            yield return Finding.NotChecked(host.Configured.WhyNot ?? "");
            yield break;
        }

        foreach (var plugin in networks.Networks.SelectMany(network => network.Plugins).Where(Needs).Select(plugin => plugin.Type)
            .Distinct())
        {
            var release = host.Plugins.Value?.Plugins.FirstOrDefault(found => found.Type == plugin)?.Release;
            if (plugin == "firewall" || !reading.HasNftables || !(release >= FirstWithNftables))
                yield return Finding.Error(
                    $"Plugin {plugin} runs iptables, which is not installed.", "ADD fails, or traffic is not let through.",
                    Packages.Install(host, Package.Iptables));
        }
    }

    private static bool Needs(PluginConfiguration plugin) => plugin.Type is "portmap"
        || (plugin.Type == "firewall" && IpamSection.Text(plugin.Json, "backend") is null or "" or "iptables")
        || (plugin.Type is "bridge" or "ptp" && CniSubnet.IsSet(plugin, "ipMasq"));
}

internal sealed class FirewallLeftoversCheck() : Check<FirewallReading>(host => host.Firewall)
{
    public override string Id => "firewall-leftovers";

    public override string Title => "One back end of iptables has all rules";

    public override string Inspects => "the tables of iptables on nftables and of legacy iptables";

    protected override IEnumerable<Finding> Find(FirewallReading reading, HostReadings host)
    {
        var (other, count) = reading.UsesLegacy ? ("nft", reading.RuleCounts.OnNftables) : ("legacy", reading.RuleCounts.Legacy);
        if (count > 0)
            yield return Finding.Warning(
                $"The other back end of iptables ({other}) still has {count} rules and policies.",
                "The kernel applies both. Plugins and `iptables` see and change one: what the other one drops, no rule of a plugin lets " +
                "through. Look at the rules, then remove them; they come back after a boot if a program restores them.",
                $"iptables-{other}-save; ip6tables-{other}-save",
                $"for ip in iptables ip6tables; do $ip-{other} -P FORWARD ACCEPT; $ip-{other} -P INPUT ACCEPT; " +
                $"for t in filter nat mangle raw; do $ip-{other} -t $t -F; $ip-{other} -t $t -X; done; done");
    }
}

internal sealed class IptablesForwardCheck() : ForwardCheck(BackEnd.Iptables)
{
    public override string Id => "forward-iptables";

    public override string Title => "iptables (on nftables) forwards packets of the CNI networks";

    public override string Inspects => "the chain `FORWARD` of `iptables-nft-save` and `ip6tables-nft-save`: policy and rules";
}

internal sealed class LegacyForwardCheck() : ForwardCheck(BackEnd.LegacyIptables)
{
    public override string Id => "forward-legacy";

    public override string Title => "Legacy iptables forwards packets of the CNI networks";

    public override string Inspects => "the chain `FORWARD` of `iptables-legacy-save` and `ip6tables-legacy-save`, where its tables exist";
}

internal sealed class NftablesForwardCheck() : ForwardCheck(BackEnd.Nftables)
{
    public override string Id => "forward-nftables";

    public override string Title => "No table of nftables drops packets of the CNI networks";

    public override string Inspects => "every chain of `nft --json list ruleset` with `hook forward`, but for firewalld's";

    protected override bool Is(ForwardHook hook) => hook.Table != FirewalldZoneCheck.Table;
}

internal sealed class FirewalldZoneCheck() : ForwardCheck(BackEnd.Nftables)
{
    public const string Table = "inet firewalld";

    public override string Id => "firewalld-zone";

    public override string Title => "firewalld forwards packets of the CNI networks";

    public override string Inspects => "the table `inet firewalld`";

    protected override bool Is(ForwardHook hook) => hook.Table == Table;

    protected override IReadOnlyList<string> Commands(ForwardHook hook, NetworkShape network, bool isIncoming, FirewallReading reading) =>
    [
        .. network.Bridge is { } bridge
            ? [$"firewall-cmd --permanent --zone=trusted --add-interface={bridge}"]
            : network.Subnets.Select(subnet => $"firewall-cmd --permanent --zone=trusted --add-source={subnet}"),
        "firewall-cmd --reload",
    ];
}
