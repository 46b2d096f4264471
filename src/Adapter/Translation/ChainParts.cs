using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// A chain, split by when its plugins run. Every endpoint of a container gets the port list, but only ProgramExternalConnectivity selects
/// the one that publishes: plugins with <c>portMappings</c>, except the main plugin, wait for it. Plugins that configure the container's
/// own namespace wait for the link to arrive there.
/// </summary>
/// <param name="Attaching">Runs before the link moves to the sandbox; with direct attach in the sandbox.</param>
/// <param name="Inside">Runs in the sandbox, once the link has arrived.</param>
/// <param name="Publishing">Runs when the endpoint becomes the container's gateway; empty without ports.</param>
internal sealed record ChainParts(NetworkConfiguration Attaching, NetworkConfiguration Inside, NetworkConfiguration Publishing)
{
    public const string StockPortmap = "portmap";

    // It runs twice: its settings of the link (MAC, MTU) move with the link, and Docker must report them; its sysctls do not move.
    private const string StockTuning = "tuning";

    private static readonly IReadOnlyList<string> StockInside = ["sbr", "vrf"];

    /// <param name="network">The whole chain.</param>
    /// <param name="ports">The ports to publish.</param>
    /// <param name="limitsBandwidth">The endpoint has bandwidth limits.</param>
    /// <param name="attach">Where the chain runs.</param>
    /// <param name="sandboxPlugins">Plugins that must run in the sandbox, in addition to the stock ones.</param>
    public static ChainParts Of(
        NetworkConfiguration network, IReadOnlyList<RequestedPort> ports, bool limitsBandwidth, AttachMode attach,
        IReadOnlyList<string> sandboxPlugins)
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

    /// <summary>The main plugin publishes ports itself: it gets the mappings at ADD.</summary>
    public static bool MainPublishes(NetworkConfiguration network) =>
        MainPlugin.Of(network).Capabilities.Contains(PublishedPorts.Capability);

    /// <summary>Whether a plugin configures the container's own namespace, with or beside its interface.</summary>
    public static bool ConfiguresSandbox(PluginConfiguration plugin, IReadOnlyList<string> sandboxPlugins) =>
        plugin.Type == StockTuning || RunsInSandbox(plugin, sandboxPlugins);

    /// <summary>Whether a plugin configures the container's own namespace.</summary>
    public static bool RunsInSandbox(PluginConfiguration plugin, IReadOnlyList<string> sandboxPlugins) =>
        StockInside.Contains(plugin.Type) || sandboxPlugins.Contains(plugin.Type);

    private static bool IsPublisher(PluginConfiguration plugin, PluginConfiguration main) =>
        plugin != main && plugin.Capabilities.Contains(PublishedPorts.Capability);
}
