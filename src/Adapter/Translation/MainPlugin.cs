using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// Which plugin of a chain makes the interface. Not always the first: <c>loopback</c>, <c>tuning</c> and their like may stand before it.
/// Decided here and nowhere else.
/// </summary>
internal static class MainPlugin
{
    // Each makes the interface that CNI_IFNAME names, so a chain that works has one of them at most.
    private static readonly IReadOnlyList<string> Makers = ["bridge", "ptp", "macvlan", "ipvlan", "vlan", "host-device", "dummy", "tap"];

    // They change or program what another plugin has made.
    private static readonly IReadOnlyList<string> StockHelpers = ["loopback", "portmap", "bandwidth", "firewall", "tuning", "sbr", "vrf"];

    // Those, and others that are chained in the same way.
    private static readonly IReadOnlyList<string> Helpers =
    [
        .. StockHelpers,
        "istio-cni", "linkerd-cni", "kuma-cni", "route-override", "dnsname", "isolation", "tc-redirect-tap", "egress-cni", "egress-v4-cni", "egress-v6-cni",
    ];

    // Other plugins run them; a runtime that runs one itself has addresses and no interface.
    private static readonly IReadOnlyList<string> AddressGivers =
    [
        "host-local", "static", "dhcp", "whereabouts", "calico-ipam", "spiderpool", "weave-ipam", "azure-vnet-ipam",
    ];

    /// <returns>The first when none is known to make an interface.</returns>
    public static PluginConfiguration Of(NetworkConfiguration network) => Find(network) ?? network.Plugins[0];

    /// <summary>
    /// Whether plugins work on the interface, beside the one that makes it, of which nobody here knows how they undo that.
    /// </summary>
    public static bool HasUnknownHelpers(NetworkConfiguration network) =>
        network.Plugins.Any(plugin => plugin != Of(network) && !StockHelpers.Contains(plugin.Type));

    /// <summary>
    /// Whether the host shows everything that the first plugin makes, had it run alone: a link that ends with its namespace, rules, and
    /// addresses of host-local.
    /// </summary>
    public static bool ShowsWhatItMakes(NetworkConfiguration network) =>
        Makers.Contains(network.Plugins[0].Type) && network.Plugins[0] is { Type: not "host-device", IpamType: null or IpamConfiguration.HostLocal or IpamConfiguration.Static };

    /// <returns>Null when containers can be on the network; otherwise the reason, as the end of a sentence: "…: its plugin loopback
    /// …".</returns>
    public static string? WhyNobodyCanBeOn(NetworkConfiguration network) => Find(network) is not null
        ? null
        : network.Plugins is [var only]
            ? $"its plugin {only.Type} makes no interface"
            : $"none of its plugins {string.Join(", ", network.Plugins.Select(plugin => plugin.Type))} makes an interface";

    private static PluginConfiguration? Find(NetworkConfiguration network)
    {
        var possible = network.Plugins.Where(plugin => !Helpers.Contains(plugin.Type) && !AddressGivers.Contains(plugin.Type)).ToArray();
        return possible.FirstOrDefault(plugin => Makers.Contains(plugin.Type))
            ?? possible.FirstOrDefault(plugin => plugin.IpamType is not null) // Whoever hands out addresses has something to put them on.
            ?? possible.FirstOrDefault();
    }
}
