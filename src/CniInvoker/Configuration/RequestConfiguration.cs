using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>SPEC §3, "Deriving request configuration from plugin configuration": what one plugin reads from stdin.</summary>
internal static class RequestConfiguration
{
    private const string NameKey = "name";
    private const string VersionKey = "cniVersion";
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
        var request = Begin(network, plugin); // (1) (2)
        if (previousResult is not null)
            request[PreviousResult] = previousResult.Json; // (3)

        var runtimeConfiguration = new JsonObject(); // (4)
        foreach (var (capability, value) in attachment?.Capabilities ?? [])
        {
            if (plugin.Capabilities.Contains(capability))
                runtimeConfiguration[capability] = value?.DeepClone();
        }

        if (runtimeConfiguration.Count > 0)
            request[RuntimeConfiguration] = runtimeConfiguration;

        return GoJson.Write(request);
    }

    /// <summary>
    /// The plugin's own fields, name and version as for ADD, and the attachments that remain: under the specification's key, and under the one
    /// that it had in the first drafts, which plugins still read.
    /// </summary>
    public static byte[] DeriveForGarbageCollection(NetworkConfiguration network, PluginConfiguration plugin, IEnumerable<AttachmentId> remaining)
    {
        var request = Begin(network, plugin);
        var attachments = new JsonArray([.. remaining.Select(id => (JsonNode)new JsonObject { ["containerID"] = id.ContainerId, ["ifname"] = id.InterfaceName })]);
        request["cni.dev/valid-attachments"] = attachments;
        request["cni.dev/attachments"] = attachments.DeepClone();
        return GoJson.Write(request);
    }

    private static JsonObject Begin(NetworkConfiguration network, PluginConfiguration plugin)
    {
        var request = plugin.Json;
        foreach (var key in request.Select(property => property.Key).Where(key => IsReserved(key) || Outranks(key, NameKey) || Outranks(key, VersionKey)).ToArray())
            request.Remove(key);

        request[NameKey] = network.Name;
        request[VersionKey] = network.CniVersion;
        return request;
    }

    // Plugins in Go match keys in any letter case, and of several the last counts, in the order in which they are written.
    private static bool Outranks(string key, string field) => GoJson.Matches(key, field) && string.CompareOrdinal(key, field) > 0;

    /// <summary>Left in an administrator's file such a key would reach the plugin as if a runtime had said it.</summary>
    public static bool IsReserved(string key) =>
        GoJson.Matches(key, PreviousResult)
        || GoJson.Matches(key, RuntimeConfiguration)
        || key.StartsWith(ReservedPrefix, StringComparison.OrdinalIgnoreCase);
}
