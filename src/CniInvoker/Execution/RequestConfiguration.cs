using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>The stdin of a plugin (SPEC §3 "Deriving request configuration from plugin configuration").</summary>
internal static class RequestConfiguration
{
    private const string NameKey = "name";
    private const string VersionKey = "cniVersion";

    /// <summary>
    /// (1) The plugin's own fields, without those that only a runtime may set. (2) Name and version of the network. (3) The previous
    /// result, in the network's version, where operation and version have one. (4) The capability arguments that the plugin's configuration
    /// enables.
    /// </summary>
    public static byte[] Derive(NetworkConfiguration network, PluginConfiguration plugin, CniResult? previousResult, Attachment? attachment)
    {
        var request = Begin(network, plugin); // (1) (2)
        if (previousResult is not null)
            request["prevResult"] = previousResult.Json; // (3)

        var runtimeConfiguration = new JsonObject(); // (4)
        foreach (var (capability, value) in attachment?.Capabilities ?? [])
        {
            if (plugin.Capabilities.Contains(capability))
                runtimeConfiguration[capability] = value?.DeepClone();
        }

        if (runtimeConfiguration.Count > 0)
            request["runtimeConfig"] = runtimeConfiguration;

        return GoJson.Write(request);
    }

    /// <summary>
    /// The plugin's own fields, name and version as for ADD, and the remaining attachments: under the specification's key, and under the
    /// key of its drafts, as libcni writes both (libcni/api.go GCNetworkList).
    /// </summary>
    public static byte[] DeriveForGarbageCollection(
        NetworkConfiguration network, PluginConfiguration plugin, IEnumerable<AttachmentId> remaining)
    {
        var request = Begin(network, plugin);
        var attachments = new JsonArray(
            [.. remaining.Select(id => (JsonNode)new JsonObject { ["containerID"] = id.ContainerId, ["ifname"] = id.InterfaceName })]);
        request["cni.dev/valid-attachments"] = attachments;
        request["cni.dev/attachments"] = attachments.DeepClone();
        return GoJson.Write(request);
    }

    private static JsonObject Begin(NetworkConfiguration network, PluginConfiguration plugin)
    {
        var request = plugin.Json;
        foreach (var key in request.Select(property => property.Key).Where(IsOverridden).ToArray())
            request.Remove(key);

        request[NameKey] = network.Name;
        request[VersionKey] = network.CniVersion;
        return request;
    }

    private static bool IsOverridden(string key) =>
        PluginConfiguration.IsReserved(key) || Outranks(key, NameKey) || Outranks(key, VersionKey);

    // Go takes the last of several matching keys; GoJson writes keys in ordinal order.
    private static bool Outranks(string key, string field) => GoJson.Matches(key, field) && string.CompareOrdinal(key, field) > 0;
}
