using System.Text.Json.Nodes;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// Plugins that run another plugin in their place, whose addresses come from a source on this host. flannel writes the <c>ipam</c> section
/// of its delegate from its lease; multus has a network of its own inside. Subnets, the IPAM plugin and its store are those of the
/// delegate.
/// </summary>
internal static class Delegates
{
    /// <summary>
    /// The network as the IPAM plugin gets it: the delegate's configuration where it is known, otherwise <paramref name="network"/>
    /// itself. The chain is never run with it.
    /// </summary>
    public static NetworkConfiguration Resolve(NetworkConfiguration network) => MainPlugin.Of(network) switch
    {
        { Type: FlannelLease.Plugin } flannel when FlannelLease.IsNeeded(flannel) => FlannelLease.Of(flannel).Lease is { } lease
            ? EditedNetwork.Of(network, plugins => lease.WriteTo(plugins[MainPlugin.IndexIn(network)]))
            : network,
        { Type: FirstDelegate.Plugin } multus => FirstDelegate.Of(multus, network) is { } first ? Resolve(first) : network,
        _ => network,
    };

    /// <returns>Why the delegate's addresses are unknown, as the end of a sentence; null where they are known or nothing
    /// delegates.</returns>
    public static string? WhyUnknown(NetworkConfiguration network) => MainPlugin.Of(network) switch
    {
        { Type: FlannelLease.Plugin } flannel when FlannelLease.IsNeeded(flannel) => FlannelLease.Of(flannel).Problem,
        { Type: FirstDelegate.Plugin } multus when FirstDelegate.Of(multus, network) is null =>
            "its plugin multus has no delegates in its configuration, so its daemon chooses the network",
        { Type: FirstDelegate.Plugin } multus => WhyUnknown(FirstDelegate.Of(multus, network)!),
        _ => null,
    };

    /// <returns>The file on this host that the addresses come from, besides the network's own; null without one.</returns>
    public static string? SourceOf(NetworkConfiguration network) => MainPlugin.Of(network) switch
    {
        { Type: FlannelLease.Plugin } flannel => FlannelLease.FileOf(flannel),
        { Type: FirstDelegate.Plugin } multus when FirstDelegate.Of(multus, network) is { } first => SourceOf(first),
        _ => null,
    };

    /// <returns>What is missing for now, as the end of a sentence: a lease that comes by itself; null where nothing is awaited.</returns>
    public static string? WhyNotYet(NetworkConfiguration network) => SourceOf(network) is null ? null : WhyUnknown(network);

    /// <summary>Gives the chain an <c>ipam</c> section: to the plugin itself, or to its delegate.</summary>
    /// <param name="plugin">The entry of the chain's plugin, which is changed.</param>
    /// <param name="resolved">The network as the IPAM plugin got it.</param>
    /// <param name="ipam">The section.</param>
    public static void Give(JsonObject plugin, NetworkConfiguration resolved, JsonObject ipam)
    {
        var type = IpamSection.Text(plugin, "type");
        if (type == FirstDelegate.Plugin && FirstDelegate.EntryOf(plugin, resolved) is { } entry)
        {
            Give(entry, resolved, ipam);
            return;
        }

        if (type == FlannelLease.Plugin)
            FlannelLease.LeaveRoutes(plugin, ipam);

        plugin["ipam"] = ipam;
    }
}
