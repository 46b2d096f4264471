using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// A chain, cut by the moment at which Docker lets each plugin act. Every endpoint of a container is told the port list, but only
/// ProgramExternalConnectivity says which one shall publish: so the plugins behind the first that take <c>portMappings</c> wait for it.
/// Plugins that program the container's own namespace wait for the link's arrival there.
/// </summary>
/// <param name="Attaching">Runs before the link goes to the sandbox; with direct attach in the sandbox.</param>
/// <param name="Inside">Runs in the sandbox, when the link has arrived.</param>
/// <param name="Publishing">Runs when the endpoint becomes the container's gateway; empty when there is nothing to publish.</param>
internal sealed record ChainParts(NetworkConfiguration Attaching, NetworkConfiguration Inside, NetworkConfiguration Publishing)
{
    public const string StockPortmap = "portmap";

    // Its settings of the link (MAC, MTU) travel with it and Docker must be told of them; its sysctls do not.
    private const string StockTuning = "tuning";

    private static readonly IReadOnlyList<string> StockInside = ["sbr", "vrf"];

    /// <param name="network">The whole chain.</param>
    /// <param name="ports">What is to be published.</param>
    /// <param name="limitsBandwidth">The endpoint has limits.</param>
    /// <param name="attach">Where the chain runs.</param>
    /// <param name="sandboxPlugins">Plugins that belong into the sandbox, beside the stock ones that are known to.</param>
    public static ChainParts Of(
        NetworkConfiguration network, IReadOnlyList<RequestedPort> ports, bool limitsBandwidth, AttachMode attach, IReadOnlyList<string> sandboxPlugins)
    {
        var main = MainPlugin.Of(network);

        bool Waits(PluginConfiguration plugin) => attach == AttachMode.Staging && plugin != main
            && RunsInSandbox(plugin, sandboxPlugins);

        bool Repeats(PluginConfiguration plugin) => attach == AttachMode.Staging && plugin.Type == StockTuning;

        return new ChainParts(
            network.WithPlugins(plugin => !Waits(plugin) && !BandwidthLimits.IsIdle(plugin, limitsBandwidth)
                && (!IsPublisher(plugin, main) || (ports.Count == 0 && plugin.Type != StockPortmap))),
            network.WithPlugins(plugin => Waits(plugin) || Repeats(plugin)),
            network.WithPlugins(plugin => !Waits(plugin) && ports.Count > 0 && IsPublisher(plugin, main)));
    }

    /// <summary>The main plugin publishes by itself: it gets the mappings at ADD.</summary>
    public static bool MainPublishes(NetworkConfiguration network) => MainPlugin.Of(network).Capabilities.Contains(PublishedPorts.Capability);

    /// <summary>It programs the container's own namespace.</summary>
    public static bool RunsInSandbox(PluginConfiguration plugin, IReadOnlyList<string> sandboxPlugins) =>
        StockInside.Contains(plugin.Type) || sandboxPlugins.Contains(plugin.Type);

    private static bool IsPublisher(PluginConfiguration plugin, PluginConfiguration main) =>
        plugin != main && plugin.Capabilities.Contains(PublishedPorts.Capability);
}
