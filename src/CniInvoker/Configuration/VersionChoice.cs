using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>The protocol version of a network: the highest that the configuration offers and this library supports.</summary>
internal static class VersionChoice
{
    private const string SingleKey = "cniVersion";
    private const string ListKey = "cniVersions";

    public static string Of(JsonObject json, ConfigurationText text)
    {
        var single = ReadSingle(json[SingleKey], text);
        var offered = ReadList(json, text);
        if (offered.Count == 0)
            return Named(single);

        if (!string.IsNullOrEmpty(single))
        {
            offered.Add(SpecVersion.TryParse(single, out var parsed)
                ? (parsed, single)
                : throw text.Error($"\"{single}\" is not a version", SingleKey));
        }

        // Of equal versions, such as "1.0" and "1.0.0", the spelling that plugins accept.
        var best = offered.Where(version => version.Parsed <= SpecVersion.Latest)
            .OrderByDescending(version => version.Parsed).ThenByDescending(version => SpecVersion.IsKnown(version.Text))
            .FirstOrDefault();
        return best.Text ?? (string.IsNullOrEmpty(single) ? offered.MaxBy(version => version.Parsed).Text : single);
    }

    public static string Single(JsonNode? json, ConfigurationText text) => Named(ReadSingle(json, text));

    private static string Named(string? version) => string.IsNullOrEmpty(version) ? SpecVersion.Known[0] : version;

    private static string? ReadSingle(JsonNode? json, ConfigurationText text)
    {
        string? version = null;
        return json is null || (json is JsonValue scalar && scalar.TryGetValue(out version))
            ? version
            : throw text.Error("is not a string", SingleKey);
    }

    private static List<(SpecVersion Parsed, string Text)> ReadList(JsonObject json, ConfigurationText text)
    {
        var versions = new List<(SpecVersion, string)>();
        if (json[ListKey] is not { } list)
            return versions;

        foreach (var item in list as JsonArray ?? throw text.Error("is not a list", ListKey))
        {
            versions.Add(item is JsonValue value && value.TryGetValue(out string? version) && SpecVersion.TryParse(version, out var parsed)
                ? (parsed, version)
                : throw text.Error("is not a version", ListKey, versions.Count));
        }

        return versions;
    }
}
