using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// From a configuration's text to what it means (SPEC §1). The list's own keys are matched exactly, those of a plugin in any letter case,
/// as libcni does.
/// </summary>
internal sealed class ConfigurationReader(ConfigurationText text)
{
    private const string OnlyInlinedKey = "loadOnlyInlinedPlugins";

    public NetworkConfiguration Read()
    {
        var json = text.ParseObject();
        if (json.ContainsKey(NetworkConfiguration.PluginsKey))
        {
            return ReadList(json, _ => []);
        }

        return Find(json, "type") is null ? throw text.Mistake("has neither \"plugins\" nor \"type\"") : ReadSingle(json);
    }

    /// <param name="loadBeside">Answers the plugins that lie as files of their own in the directory of a network's name.</param>
    public NetworkConfiguration ReadList(Func<string, IReadOnlyList<PluginConfiguration>> loadBeside) =>
        ReadList(text.ParseObject(), loadBeside);

    public NetworkConfiguration ReadSingle()
    {
        var json = text.ParseObject();
        if (json.ContainsKey(NetworkConfiguration.PluginsKey) && Find(json, "type") is null)
        {
            const string Problem = "is a list of plugins, which belongs into a file that ends with .conflist";
            throw text.Mistake(Problem, NetworkConfiguration.PluginsKey);
        }

        return ReadSingle(json);
    }

    public PluginConfiguration ReadPlugin() => ReadPlugin(text.ParseObject());

    private NetworkConfiguration ReadList(JsonObject json, Func<string, IReadOnlyList<PluginConfiguration>> loadBeside)
    {
        var name = ReadName(json);
        var plugins = ReadPlugins(json);
        if (!ReadFlag(json, OnlyInlinedKey) && loadBeside(name) is { Count: > 0 } beside)
        {
            plugins.AddRange(beside);
            json[OnlyInlinedKey] = true; // Now they are all in the list: reading it again must not add them once more.
        }

        return plugins.Count == 0
            ? throw text.Mistake("lists no plugin", NetworkConfiguration.PluginsKey)
            : new NetworkConfiguration(json, text.Source, name, VersionChoice.Of(json, text), plugins)
            {
                DisableCheck = ReadFlag(json, "disableCheck"),
            };
    }

    // What a single plugin says beside its own fields has no meaning for the list: only name and version are the network's.
    private NetworkConfiguration ReadSingle(JsonObject json)
    {
        var plugin = ReadPlugin(json);
        var version = VersionChoice.Single(json, text);
        var list = new JsonObject { ["cniVersion"] = version, ["name"] = ReadName(json), [NetworkConfiguration.PluginsKey] = null };
        return new NetworkConfiguration(list, text.Source, ReadName(json), version, [plugin]);
    }

    private string ReadName(JsonObject json)
    {
        var name = json["name"] is JsonValue value && value.TryGetValue(out string? written)
            ? written
            : throw text.Mistake("is missing, or is not text", "name");
        return Identifier.Problem(name) is { } problem ? throw text.Mistake($"\"{name}\" {problem}", "name") : name;
    }

    private bool ReadFlag(JsonObject json, string key)
    {
        if (json[key] is not { } flag)
        {
            return false;
        }

        return flag is JsonValue value
            && (value.TryGetValue(out bool set) || (value.TryGetValue(out string? word) && bool.TryParse(word, out set)))
            ? set
            : throw text.Mistake("is neither true nor false", key);
    }

    private List<PluginConfiguration> ReadPlugins(JsonObject json)
    {
        if (!json.TryGetPropertyValue(NetworkConfiguration.PluginsKey, out var value))
        {
            return [];
        }

        var plugins = new List<PluginConfiguration>();
        foreach (var item in value as JsonArray ?? throw text.Mistake("is not a list", NetworkConfiguration.PluginsKey))
        {
            var entry = item as JsonObject ?? throw text.Mistake("is not an object", NetworkConfiguration.PluginsKey, plugins.Count);
            plugins.Add(ReadPlugin(entry, NetworkConfiguration.PluginsKey, plugins.Count));
        }

        return plugins.Count == 0 ? throw text.Mistake("lists no plugin", NetworkConfiguration.PluginsKey) : plugins;
    }

    private PluginConfiguration ReadPlugin(JsonObject json, params ReadOnlySpan<object> place)
    {
        var type = ReadText(Find(json, "type"), [.. place, "type"]);
        if (string.IsNullOrEmpty(type))
        {
            throw text.Mistake("is missing or empty: which plugin is it?", [.. place, "type"]);
        }

        var ipam = Find(json, "ipam");
        if (ipam is not (null or JsonObject))
        {
            throw text.Mistake("is not an object", [.. place, "ipam"]);
        }

        var ipamType = ipam is JsonObject section ? ReadText(Find(section, "type"), [.. place, "ipam", "type"]) : null;
        var capabilities = ReadCapabilities(json, [.. place, "capabilities"]);
        return new PluginConfiguration((JsonObject)json.DeepClone(), type, string.IsNullOrEmpty(ipamType) ? null : ipamType, capabilities);
    }

    private HashSet<string> ReadCapabilities(JsonObject json, ReadOnlySpan<object> place)
    {
        var enabled = new HashSet<string>(StringComparer.Ordinal);
        var capabilities = Find(json, "capabilities");
        if (capabilities is not (null or JsonObject))
        {
            throw text.Mistake("is not an object of true and false", place);
        }

        foreach (var (capability, value) in capabilities as JsonObject ?? [])
        {
            var isOn = false;
            if (value is not null && !(value is JsonValue flag && flag.TryGetValue(out isOn)))
            {
                throw text.Mistake("is neither true nor false", [.. place, capability]);
            }

            if (isOn)
            {
                enabled.Add(capability);
            }
        }

        return enabled;
    }

    private string? ReadText(JsonNode? value, ReadOnlySpan<object> place)
    {
        string? written = null;
        return value is null || (value is JsonValue word && word.TryGetValue(out written))
            ? written
            : throw text.Mistake("is not text", place);
    }

    private static JsonNode? Find(JsonObject json, string key) =>
        json.LastOrDefault(property => string.Equals(property.Key, key, StringComparison.OrdinalIgnoreCase)).Value;
}
