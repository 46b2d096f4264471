using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Doctor.Firewall;
using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Doctor.Checks;

/// <summary>
/// Sends packets of each CNI network through the chains of one back end, in thought: from a container to another host, to another
/// container of its bridge, and from another host to a published port.
/// </summary>
internal abstract class ForwardCheck(BackEnd backEnd) : Check<FirewallReading>(host => host.Firewall)
{
    private const string AnyUplink = "uplink";

    // Docker never changes it. One that is left from another back end of Docker's may be called by nobody.
    private const string OfUser = "DOCKER-USER";

    private static readonly IPAddress Outside = IPAddress.Parse("192.0.2.1"); // RFC 5737
    private static readonly IPAddress OutsideOfIPv6 = IPAddress.Parse("2001:db8::1"); // RFC 3849

    protected sealed override IEnumerable<Finding> Find(FirewallReading reading, HostReadings host)
    {
        if (host.Configured.Value is not { } networks)
            return [Finding.NotChecked(host.Configured.WhyNot ?? "")];

        if (backEnd == BackEnd.Nftables && reading.WhyNoNftables is { } why)
            return [Finding.NotChecked(why)];

        ForwardHook[] hooks = [.. reading.Hooks.Where(hook => hook.BackEnd == backEnd && Is(hook) && hook.MayDrop)];
        NetworkShape[] shapes = [.. networks.Networks.Select(NetworkShape.Of)];
        return
        [
            .. from hook in hooks
               from network in shapes
               let judged = Judged(hook, network, reading, host).ToArray()
               where judged.Length > 0
               let dropped = judged.Where(way => way.Passage != Passage.MaybeAccepted).ToArray()
               select dropped.Length > 0 ? ToFinding(hook, network, dropped, reading) : ToDoubt(hook, network, judged),
            .. shapes.Select(network => network.WhyUnknown).OfType<string>().Where(_ => hooks.Length > 0).Select(Finding.NotChecked),
        ];
    }

    /// <summary>Whether the check is about it.</summary>
    protected virtual bool Is(ForwardHook hook) => true;

    /// <param name="hook">What drops packets.</param>
    /// <param name="network">Of this network.</param>
    /// <param name="isIncoming">Only those to published ports.</param>
    /// <param name="reading">The whole firewall.</param>
    protected virtual IReadOnlyList<string> Commands(ForwardHook hook, NetworkShape network, bool isIncoming, FirewallReading reading)
    {
        if (hook.BackEnd == BackEnd.Nftables)
        {
            string[] conditions = network.Bridge is { } link
                ? [$"iifname \"{link}\"", $"oifname \"{link}\""]
                : [.. network.Subnets.SelectMany(subnet => OfAddresses(subnet))];
            return [.. conditions.Select(condition => $"nft insert rule {hook.Table} {hook.Start} {condition} accept")];
        }

        var isOther = hook.BackEnd == BackEnd.LegacyIptables != reading.UsesLegacy;
        var program = $"{(hook.Families.IPv6 ? "ip6tables" : "iptables")}" +
            $"{(!isOther ? "" : hook.BackEnd == BackEnd.LegacyIptables ? "-legacy" : "-nft")}";
        var chain = hook.Chains[hook.Start].TakeWhile(rule => rule.Verdict != Verdict.Drop).Any(rule => rule.Target == OfUser)
            ? OfUser
            : hook.Start;
        var own = network.Subnets.First(subnet => subnet.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 == hook.Families.IPv6);
        var (from, to) = network.Bridge is { } bridge ? ($"-i {bridge}", $"-o {bridge}") : ($"-s {own}", $"-d {own}");
        return isIncoming
            ? [$"{program} -I {chain} {to} -m conntrack --ctstate DNAT,RELATED,ESTABLISHED -j ACCEPT"]
            : [$"{program} -I {chain} {from} -j ACCEPT", $"{program} -I {chain} {to} -j ACCEPT"];
    }

    private static string[] OfAddresses(IPNetwork subnet)
    {
        var family = subnet.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 ? "ip6" : "ip";
        return [$"{family} saddr {subnet}", $"{family} daddr {subnet}"];
    }

    private Finding ToFinding(
        ForwardHook hook, NetworkShape network, (string Way, Passage Passage, string By)[] dropped, FirewallReading reading)
    {
        var isIncoming = dropped.All(way => way.Way == ToPort);
        var ways = string.Join(", ", dropped.Select(way => way.Way));
        var doubt = dropped.All(way => way.Passage == Passage.MaybeDropped)
            ? " Rules with further conditions may accept some of them." : "";
        var what = $"{Name(hook)} drops packets of CNI network {network.Name} {ways}: {dropped[0].By} decides.{doubt}";
        var why = isIncoming
            ? "Published ports answer on this host only. The rule lasts until the firewall is loaded again: add it to what loads it."
            : "Containers and pods do not reach what they should. The rules last until the firewall is loaded again: add them to what " +
                "loads it.";
        var commands = Commands(hook, network, isIncoming, reading);
        var finding = isIncoming || doubt.Length > 0 ? Finding.Warning(what, why, commands) : Finding.Error(what, why, commands);
        return finding with { Network = network.Name };
    }

    private static Finding ToDoubt(ForwardHook hook, NetworkShape network, (string Way, Passage Passage, string By)[] doubtful)
    {
        var ways = string.Join(", ", doubtful.Select(way => way.Way).Distinct());
        return Finding.Note(
            $"{Name(hook)} may drop packets of CNI network {network.Name} {ways}: {doubtful[0].By} drops some, by conditions that doctor " +
                "does not understand.",
            "Whether containers and pods are reached depends on those conditions: look at the rule.",
            Show(hook)) with { Network = network.Name };
    }

    private static string Show(ForwardHook hook) => hook.BackEnd switch
    {
        BackEnd.Nftables => $"nft --handle list table {hook.Table}",
        BackEnd.LegacyIptables => $"{(hook.Families.IPv6 ? "ip6tables" : "iptables")}-legacy-save -t filter",
        _ => $"{(hook.Families.IPv6 ? "ip6tables" : "iptables")}-save -t filter",
    };

    private const string ToOthers = "from its containers to other hosts";
    private const string OnBridge = "between its containers";
    private const string ToPort = "from other hosts to its published ports";

    private static IEnumerable<(string Way, Passage Passage, string By)> Judged(
        ForwardHook hook, NetworkShape network, FirewallReading reading, HostReadings host) =>
        from subnet in network.Subnets
        from way in Ways(network, subnet, host)
        where !IsLetThrough(way.Way, hook, network, reading)
        let judged = hook.Judge(way.Packet)
        where judged.Passage != Passage.Accepted
        select (way.Way, judged.Passage, judged.By);

    private static IEnumerable<(string Way, Packet Packet)> Ways(NetworkShape network, IPNetwork subnet, HostReadings host)
    {
        var family = subnet.BaseAddress.AddressFamily;
        var outside = family == AddressFamily.InterNetworkV6 ? OutsideOfIPv6 : Outside;
        var uplink = host.Links.Value?.Uplink(family) ?? AnyUplink;
        var link = network.Bridge ?? "veth0"; // ptp makes a veth for each container.
        var (one, other) = NetworkShape.Addresses(subnet);
        if (network.IsRouted)
            yield return (ToOthers, new Packet(link, uplink, one, outside, IsTranslated: false));

        var sysctl = family == AddressFamily.InterNetworkV6 ? SysctlsReading.BridgeCallsIp6tables : SysctlsReading.BridgeCallsIptables;
        if (network.Bridge is null ? network.IsRouted : host.Sysctls.Value?.Number(sysctl) == 1)
            yield return (OnBridge, new Packet(link, link, one, other, IsTranslated: false));

        if (network.IsRouted && network.Has("portmap"))
            yield return (ToPort, new Packet(uplink, link, outside, one, IsTranslated: true));
    }

    // Plugin firewall accepts what each container sends: in firewalld where that runs, else in the back end of `iptables`.
    private static bool IsLetThrough(string way, ForwardHook hook, NetworkShape network, FirewallReading reading)
    {
        if (way == ToPort || network.FirewallBackend is not { } backend)
            return false;

        var isFirewalld = backend == "firewalld" || (backend.Length == 0 && reading.Hooks.Any(IsFirewalld));
        return isFirewalld
            ? IsFirewalld(hook)
            : hook.BackEnd == (reading.UsesLegacy ? BackEnd.LegacyIptables : BackEnd.Iptables);
    }

    private static bool IsFirewalld(ForwardHook hook) => hook.Table == FirewalldZoneCheck.Table;

    private static string Name(ForwardHook hook) => hook.BackEnd switch
    {
        BackEnd.Nftables => $"Chain {hook.Start} of nftables' table {hook.Table}",
        BackEnd.LegacyIptables => $"Chain {hook.Start} of legacy {(hook.Families.IPv6 ? "ip6tables" : "iptables")}",
        _ => $"Chain {hook.Start} of {(hook.Families.IPv6 ? "ip6tables" : "iptables")}",
    };
}
