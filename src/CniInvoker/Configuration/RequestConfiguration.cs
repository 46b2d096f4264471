using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>SPEC §3, "Deriving request configuration from plugin configuration": what one plugin reads from stdin.</summary>
internal static class RequestConfiguration
{
    private const string PreviousResult = "prevResult";
    private const string RuntimeConfiguration = "runtimeConfig";
    private const string ReservedPrefix = "cni.dev/";

    /// <summary>
    /// (1) The plugin's own fields, without those that only a runtime may set. (2) Name and version of the network. (3) The previous
    /// result, in the network's version, where operation and version have one. (4) The capability arguments that the plugin's configuration
    /// switches on.
    /// </summary>
    public static byte[] Derive(NetworkConfiguration network, PluginConfiguration plugin, CniResult? previousResult, Attachment? attachment)
    {
        var request = plugin.Json; // (1)
        foreach (var key in request.Select(property => property.Key).Where(IsReserved).ToArray())
        {
            request.Remove(key);
        }

        request["name"] = network.Name; // (2)
        request["cniVersion"] = network.CniVersion;
        if (previousResult is not null)
        {
            request[PreviousResult] = previousResult.Json; // (3)
        }

        var runtimeConfiguration = new JsonObject(); // (4)
        foreach (var (capability, value) in attachment?.Capabilities ?? [])
        {
            if (plugin.Capabilities.Contains(capability))
            {
                runtimeConfiguration[capability] = value!.DeepClone();
            }
        }

        if (runtimeConfiguration.Count > 0)
        {
            request[RuntimeConfiguration] = runtimeConfiguration;
        }

        return JsonText.Write(request);
    }

    // Left in an administrator's file they would reach the plugin as if a runtime had said them.
    private static bool IsReserved(string key) =>
        key is PreviousResult or RuntimeConfiguration || key.StartsWith(ReservedPrefix, StringComparison.Ordinal);
}
