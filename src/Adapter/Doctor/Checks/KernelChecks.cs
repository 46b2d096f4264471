using System.Net.Sockets;
using Bridge.Adapter.Directories;
using Bridge.Adapter.Doctor.Readings;

namespace Bridge.Adapter.Doctor.Checks;

internal sealed class KernelFeaturesCheck() : Check<KernelReading>(host => host.Kernel)
{
    private static readonly (string Type, string Module, string Option)[] Needs =
    [
        ("bridge", "bridge", "BRIDGE"), ("bridge", "veth", "VETH"), ("ptp", "veth", "VETH"), ("macvlan", "macvlan", "MACVLAN"),
        ("ipvlan", "ipvlan", "IPVLAN"), ("vlan", "8021q", "VLAN_8021Q"), ("vrf", "vrf", "NET_VRF"), ("dummy", "dummy", "DUMMY"),
        ("tap", "tun", "TUN"), ("bandwidth", "ifb", "IFB"), ("bandwidth", "sch_tbf", "NET_SCH_TBF"), ("portmap", "nf_nat", "NF_NAT"),
        ("portmap", "nf_conntrack", "NF_CONNTRACK"), ("firewall", "nf_conntrack", "NF_CONNTRACK"),
    ];

    public override string Id => "kernel-features";

    public override string Title => "The kernel has what the plugins need";

    public override string Inspects => "`/sys/module`, `/lib/modules`, the kernel's configuration";

    protected override IEnumerable<Finding> Find(KernelReading reading, HostReadings host)
    {
        if (host.Configured.Value is not { } networks)
            return [Finding.NotChecked(host.Configured.WhyNot ?? "")];

        var types = networks.Networks.SelectMany(network => network.Plugins).Select(plugin => plugin.Type)
            .ToHashSet(StringComparer.Ordinal);
        var needed = Needs.Where(need => types.Contains(need.Type))
            .Select(need => (need.Type, need.Module, Has: reading.Has(need.Module, need.Option))).ToArray();
        var absent = needed.Where(need => need.Has == false).Select(need => Finding.Error(
            $"The kernel has no {need.Module}, which plugin {need.Type} needs.",
            $"ADD of {need.Type} fails. Some distributions have the module in a package of its own (Ubuntu: linux-modules-extra).",
            $"modprobe {need.Module}"));
        string[] unknown = [.. needed.Where(need => need.Has is null).Select(need => need.Module).Distinct()];
        return unknown.Length == 0
            ? absent
            : absent.Append(Finding.NotChecked(
                $"this kernel shows neither its modules nor its configuration, so {string.Join(", ", unknown)} may be missing"));
    }
}

internal sealed class ForwardingCheck() : Check<SysctlsReading>(host => host.Sysctls)
{
    public override string Id => "ip-forward";

    public override string Title => "The host forwards IPv4";

    public override string Inspects => $"`{SysctlsReading.Forwarding}`";

    protected override IEnumerable<Finding> Find(SysctlsReading reading, HostReadings host)
    {
        if (reading.Number(SysctlsReading.Forwarding) != 0)
            return [];

        NetworkShape[] networks = [.. (host.Networks.Value?.Networks ?? []).Select(NetworkShape.Of)];
        const string What = "The host does not forward IPv4 packets.";
        var command = Sysctl.Set(SysctlsReading.Forwarding, "1");
        if (networks.Length == 0 || networks.Any(network => network.IsRouted))
            return
            [
                Finding.Error(
                    What,
                    "Containers and pods reach this host only, and nobody reaches their published ports. With its nftables back end " +
                    "dockerd does not even start.",
                    command),
            ];

        string[] unknown = [.. networks.Where(network => !network.IsKnown).Select(network => network.Name)];
        return unknown.Length == 0
            ? []
            : [Finding.Warning(What, $"Most plugins of clusters need it, and {Texts.Networks(unknown)} may.", command)];
    }
}

internal sealed class ForwardingOfIPv6Check() : Check<SysctlsReading>(host => host.Sysctls)
{
    public override string Id => "ipv6-forward";

    public override string Title => "The host forwards IPv6, where a CNI network has it";

    public override string Inspects => $"`{SysctlsReading.ForwardingOfIPv6}`; the subnets of the CNI networks";

    protected override IEnumerable<Finding> Find(SysctlsReading reading, HostReadings host)
    {
        if (host.Configured.Value is not { } networks)
            return [Finding.NotChecked(host.Configured.WhyNot ?? "")];

        if (reading.Number(SysctlsReading.ForwardingOfIPv6) == 1)
            return [];

        NetworkShape[] shapes = [.. networks.Networks.Select(NetworkShape.Of)];
        string[] names = [.. shapes.Where(network => network is { IsRouted: true, HasIPv6: true }).Select(network => network.Name)];
        var unknown = shapes.Select(network => network.WhyUnknown).OfType<string>().Select(Finding.NotChecked);
        return names.Length == 0
            ? unknown
            : unknown.Prepend(Finding.Warning(
                $"The host does not forward IPv6 packets, and {Texts.Networks(names)} has an IPv6 subnet.",
                "Containers and pods reach this host only over IPv6. A bridge with isGateway turns it on at the next ADD.",
                Sysctl.Set(SysctlsReading.ForwardingOfIPv6, "1")));
    }
}

internal sealed class BridgeNetfilterCheck() : Check<SysctlsReading>(host => host.Sysctls)
{
    public override string Id => "bridge-netfilter";

    public override string Title => "The firewall sees packets between containers of one bridge, where it must translate their ports";

    public override string Inspects => $"`{SysctlsReading.BridgeCallsIptables}`; chains of `bridge` with `portmap`; container runtimes";

    protected override IEnumerable<Finding> Find(SysctlsReading reading, HostReadings host)
    {
        if (host.Configured.Value is not { } networks)
        {
            yield return Finding.NotChecked(host.Configured.WhyNot ?? "");
            yield break;
        }

        var present = reading.Number(SysctlsReading.BridgeCallsIptables);
        if (present == 1
            || !networks.Networks.Select(NetworkShape.Of).Any(network => network.Bridge is not null && network.Has("portmap")))
            yield break;

        const string Why = "A container that asks a published port, or a pod that asks a Service, and is answered from its own bridge " +
            "gets the answer from another address than it asked: the connection hangs.";
        var what = present is null
            ? "Packets on a bridge are not shown to the firewall: the module br_netfilter is not loaded."
            : $"Packets on a bridge are not shown to the firewall: {SysctlsReading.BridgeCallsIptables} is 0.";
        string[] commands = present is null
            ? ["modprobe br_netfilter && echo br_netfilter > /etc/modules-load.d/br_netfilter.conf"]
            : [Sysctl.Set(SysctlsReading.BridgeCallsIptables, "1")];
        var hasPods = host.Directories.Value?.Runtimes.Any(runtime => runtime.State == RuntimeState.Answers) == true;
        yield return hasPods ? Finding.Warning(what, Why, commands) : Finding.Note(what, Why, commands);
    }
}

internal sealed class ReversePathFilterCheck() : Check<SysctlsReading>(host => host.Sysctls)
{
    private const int Strict = 1;
    private static readonly string[] RoutesOfTheirOwn = ["sbr", "vrf"];

    public override string Id => "reverse-path-filter";

    public override string Title => "No strict reverse path filter drops packets of containers";

    public override string Inspects =>
        "`net.ipv4.conf.*.rp_filter`, where the host has several uplinks, or a chain has `sbr` or `vrf`";

    protected override IEnumerable<Finding> Find(SysctlsReading reading, HostReadings host)
    {
        if (host.Links.Value is not { } links)
        {
            yield return Finding.NotChecked(host.Links.WhyNot ?? "");
            yield break;
        }

        string[] uplinks = [.. links.Uplinks.Where(uplink => uplink.Family == AddressFamily.InterNetwork).Select(uplink => uplink.Link)];
        var chains = host.Networks.Value?.Networks.Where(network => network.Plugins.Any(plugin => RoutesOfTheirOwn.Contains(plugin.Type)))
            .Select(network => network.Name).ToArray() ?? [];
        var strict = uplinks.Where(link => Effective(reading, link) == Strict).ToArray();
        if (strict.Length > 0 && (uplinks.Length > 1 || chains.Length > 0))
            yield return Finding.Warning(
                $"The reverse path filter of {string.Join(", ", strict)} is strict, and " +
                (uplinks.Length > 1 ? "the host has several uplinks." : $"{Texts.Networks(chains)} has routes of its own."),
                "The kernel drops a packet whose answer would leave over another link, without a word in any log.",
                [.. strict.Prepend("all").Where(link => reading.Number(SysctlsReading.ReversePathFilterOf(link)) == Strict)
                    .Select(link => Sysctl.Set(SysctlsReading.ReversePathFilterOf(link.Replace('.', '/')), "2"))]);
    }

    // The kernel uses the higher one of the link's and all's (ip-sysctl.rst, rp_filter).
    private static long Effective(SysctlsReading reading, string link) => Math.Max(
        reading.Number(SysctlsReading.ReversePathFilterOf("all")) ?? 0, reading.Number(SysctlsReading.ReversePathFilterOf(link)) ?? 0);
}

internal sealed class ConnectionsCheck() : Check<SysctlsReading>(host => host.Sysctls)
{
    // Of a hundred.
    private const int Many = 90;

    public override string Id => "connection-tracking";

    public override string Title => "The table of connections has room";

    public override string Inspects => $"`{SysctlsReading.Connections}` against `{SysctlsReading.MostConnections}`";

    protected override IEnumerable<Finding> Find(SysctlsReading reading, HostReadings host)
    {
        if (reading.Number(SysctlsReading.Connections) is { } count && reading.Number(SysctlsReading.MostConnections) is > 0 and var most
            && count * 100 >= most * Many)
            yield return Finding.Warning(
                $"The kernel tracks {count} connections of at most {most}.",
                "When the table is full, new connections of containers and pods are dropped.",
                Sysctl.Set(SysctlsReading.MostConnections, $"{most * 2}"));
    }
}

/// <summary>Commands that set a sysctl now, and at every boot. A dot in the name of a link is a slash in them (sysctl.d(5)).</summary>
internal static class Sysctl
{
    public static string Set(string name, string value)
    {
        var file = $"/etc/sysctl.d/90-cnm-cni-{name.Replace('.', '-').Replace('_', '-').Replace('/', '-')}.conf";
        return $"echo '{name} = {value}' > {file} && sysctl -p {file}";
    }
}
