using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// A chain, cut by the moment at which Docker lets each plugin act. Every endpoint of a container is told the port list, but only
/// ProgramExternalConnectivity says which one shall publish: so the plugins behind the first that take <c>portMappings</c> wait for it.
/// </summary>
/// <param name="Attaching">Runs when the endpoint is made.</param>
/// <param name="Publishing">Runs when the endpoint becomes the container's gateway; empty when there is nothing to publish.</param>
internal sealed record ChainParts(NetworkConfiguration Attaching, NetworkConfiguration Publishing)
{
    private const string StockPortmap = "portmap";

    public static ChainParts Of(NetworkConfiguration network, IReadOnlyList<RequestedPort> ports) => new(
        network.WithPlugins(plugin => !IsPublisher(network, plugin) || (ports.Count == 0 && plugin.Type != StockPortmap)),
        network.WithPlugins(plugin => ports.Count > 0 && IsPublisher(network, plugin)));

    /// <summary>The main plugin publishes by itself: it gets the mappings at ADD.</summary>
    public static bool MainPublishes(NetworkConfiguration network) => network.Plugins[0].Capabilities.Contains(PublishedPorts.Capability);

    private static bool IsPublisher(NetworkConfiguration network, PluginConfiguration plugin) =>
        plugin != network.Plugins[0] && plugin.Capabilities.Contains(PublishedPorts.Capability);
}
