using System.Text.Json.Nodes;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>Whether a chain can run in a staging namespace, and its interface travel to the container afterwards.</summary>
internal static class AttachKind
{
    /// <returns>
    /// Null when it can; otherwise the reason, as the end of a sentence: "…: its IPAM plugin dhcp …". Such a network is for
    /// <c>-o cni.attach=sandbox</c>, with which the chain runs in the container's own namespace.
    /// </returns>
    /// <param name="network">The whole chain.</param>
    /// <param name="sandboxPlugins">Plugins that belong into the sandbox, beside the stock ones that are known to.</param>
    public static string? WhyNotStage(NetworkConfiguration network, IReadOnlyList<string> sandboxPlugins)
    {
        var main = MainPlugin.Of(network);
        return main switch
        {
            // The lease of an interface that has left is never renewed, and the server gives the address to somebody else.
            _ when network.Plugins.Any(plugin => plugin.IpamType == IpamConfiguration.Dhcp) => "its IPAM plugin dhcp renews a lease only in the namespace in which it got it",
            { Type: "tap" } when main.Json["bridge"] is JsonValue => "its plugin tap looks for the bridge in the container's own namespace",
            { Type: "macvlan" or "ipvlan" or "vlan" } when IsSet(main, "linkInContainer") =>
                $"its plugin {main.Type} looks for the master in the container's own namespace (linkInContainer)",
            // It makes the interface, so it cannot wait until the interface has arrived.
            _ when ChainParts.BelongsInside(main, sandboxPlugins) => $"its plugin {main.Type}, which makes the interface, belongs into the container's own namespace",
            _ => null,
        };
    }

    public static AttachMode Best(NetworkConfiguration network, IReadOnlyList<string> sandboxPlugins) =>
        WhyNotStage(network, sandboxPlugins) is null ? AttachMode.Staging : AttachMode.Sandbox;

    /// <exception cref="CnmException">It would be staged and cannot be.</exception>
    public static void RequireFit(AttachMode attach, NetworkConfiguration network, IReadOnlyList<string> sandboxPlugins)
    {
        if (attach == AttachMode.Staging && WhyNotStage(network, sandboxPlugins) is { } reason)
        {
            throw new CnmException(
                $"CNI network \"{network.Name}\" ({network.Source}) can only be attached where it stays: {reason}. " +
                $"Let its plugins run there: {NetworkCommand.Best(network, AttachMode.Sandbox)} " +
                "(for Docker 28 or newer, and for docker network connect to a running container on every engine)");
        }
    }

    private static bool IsSet(PluginConfiguration plugin, string key) => plugin.Json[key] is JsonValue value && value.TryGetValue(out bool set) && set;
}
