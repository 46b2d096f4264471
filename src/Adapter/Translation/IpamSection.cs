using System.Text.Json.Nodes;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>The <c>ipam</c> section of a plugin's configuration, read leniently: what is not of the expected type is not there.</summary>
internal static class IpamSection
{
    /// <returns>That of the plugin that makes the interface; null when it has none.</returns>
    public static JsonObject? Of(NetworkConfiguration network) => MainPlugin.Of(network).Json["ipam"] as JsonObject;

    /// <summary>Host-local's ranges: the section itself, which may say one, then those of every set in <c>ranges</c>, in the order in which they are written.</summary>
    public static IEnumerable<JsonObject> RangesOf(JsonObject ipam) =>
        Items(ipam, "ranges").OfType<JsonArray>().SelectMany(set => set).OfType<JsonObject>().Prepend(ipam);

    /// <returns>Empty when there is no such list.</returns>
    public static JsonArray Items(JsonObject json, string key) => json[key] as JsonArray ?? [];

    /// <returns>Null when there is no such text.</returns>
    public static string? Text(JsonObject json, string key) => json[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
