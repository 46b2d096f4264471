using CniInvoker;

namespace Bridge.Adapter.Control;

/// <summary>Failures of CHECK that are faults of a stock plugin and say nothing about the attachment.</summary>
internal static class CheckFaults
{
    private const string Bridge = "bridge";

    /// <returns>Which fault it is, as a sentence's part; null for a failure that counts.</returns>
    public static string? Of(CniException failed, NetworkConfiguration network)
    {
        if (failed.Plugin != Bridge || network.Plugins.FirstOrDefault(plugin => plugin.Type == Bridge) is not { } configured)
            return null;

        return failed.Msg switch
        {
            var msg when configured.IpamType is null && msg.Contains("no plugin name provided", StringComparison.Ordinal) =>
                "a known fault of plugin bridge, not of the container: without an ipam section it fails every CHECK (\"no plugin name provided\")",
            var msg when msg.Contains("Mac doesn't match", StringComparison.Ordinal) && NamesBridge(msg, configured) =>
                "a known fault of plugin bridge, not of the container: it wants its bridge to have the MAC of the day when the container came, " +
                "and a bridge without an address takes the lowest MAC of its ports",
            _ => null,
        };
    }

    // Of the container's own interface the same words are a finding.
    private static bool NamesBridge(string msg, PluginConfiguration configured) =>
        msg.Contains($" {(configured.Json["bridge"]?.ToString() is { Length: > 0 } name ? name : "cni0")} ", StringComparison.Ordinal);
}
