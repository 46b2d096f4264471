using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// The plugin of a chain that makes the interface. Not always the first one: plugins such as <c>loopback</c> and <c>tuning</c> may precede
/// it.
/// </summary>
internal static class MainPlugin
{
    // The stock ones, and others that are chained in the same way.
    private static readonly IReadOnlyList<string> Helpers =
    [
        .. StockPlugins.Helpers,
        "istio-cni", "linkerd-cni", "kuma-cni", "route-override", "dnsname", "isolation", "tc-redirect-tap", "egress-cni", "egress-v4-cni",
        "egress-v6-cni",
    ];

    // IPAM plugins: main plugins run them; run directly, they assign addresses without an interface.
    private static readonly IReadOnlyList<string> IpamPlugins =
    [
        "host-local", "static", "dhcp", "whereabouts", "calico-ipam", "spiderpool", "weave-ipam", "azure-vnet-ipam",
    ];

    /// <returns>The first plugin if none is known to make an interface.</returns>
    public static PluginConfiguration Of(NetworkConfiguration network) => Find(network) ?? network.Plugins[0];

    /// <summary>Its place in <see cref="NetworkConfiguration.Plugins"/>.</summary>
    public static int IndexIn(NetworkConfiguration network) => network.Plugins.ToList().IndexOf(Of(network));

    /// <summary>Whether the chain has helper plugins whose DEL is unknown to cnm-cni.</summary>
    public static bool HasUnknownHelpers(NetworkConfiguration network) =>
        network.Plugins.Any(plugin => plugin != Of(network) && !StockPlugins.Helpers.Contains(plugin.Type));

    /// <summary>
    /// Whether the host shows everything that the first plugin makes if it runs alone: a link that ends with its namespace, rules, and
    /// addresses of host-local.
    /// </summary>
    public static bool ShowsWhatItMakes(NetworkConfiguration network) =>
        StockPlugins.Makers.Contains(network.Plugins[0].Type)
            && network.Plugins[0] is { Type: not "host-device", IpamType: null or IpamConfiguration.HostLocal or IpamConfiguration.Static };

    /// <returns>Null if the network can attach containers; otherwise the reason, as the end of a sentence: "...: its plugin lo
    /// ...".</returns>
    public static string? WhyNotAttachable(NetworkConfiguration network) => Find(network) is not null
        ? null
        : network.Plugins is [var only]
            ? $"its plugin {only.Type} makes no interface"
            : $"none of its plugins {string.Join(", ", network.Plugins.Select(plugin => plugin.Type))} makes an interface";

    private static PluginConfiguration? Find(NetworkConfiguration network)
    {
        var possible = network.Plugins.Where(plugin => !Helpers.Contains(plugin.Type) && !IpamPlugins.Contains(plugin.Type)).ToArray();
        return possible.FirstOrDefault(plugin => StockPlugins.Makers.Contains(plugin.Type))
            ?? possible.FirstOrDefault(plugin =>
                plugin.IpamType is not null) // A plugin with an IPAM section needs an interface for the addresses.
            ?? possible.FirstOrDefault();
    }
}
