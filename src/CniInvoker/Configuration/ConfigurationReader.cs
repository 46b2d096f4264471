using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// Reads network configurations (SPEC §1). As in libcni, the keys of a list match exactly, the keys of a plugin in any letter case.
/// </summary>
internal sealed class ConfigurationReader(ConfigurationText text)
{
    private const string OnlyInlinedKey = "loadOnlyInlinedPlugins";

    // A plugin from a separate file is later written as an item of a list.
    private const int LevelsAroundPlugin = 2;

    // Each position is found by reading the text again from its beginning.
    private const int MostErrors = 20;

    private readonly List<ConfigurationProblem> _errors = [];

    public NetworkConfiguration Read()
    {
        var json = text.ParseObject();
        if (json.ContainsKey(NetworkConfiguration.PluginsKey))
            return ReadList(json, _ => []);

        return Find(json, "type") is null ? throw text.Error("has neither \"plugins\" nor \"type\"") : ReadSingle();
    }

    /// <param name="loadSeparate">Loads the plugins in separate files of a network, by its name.</param>
    public NetworkConfiguration ReadList(Func<string, IReadOnlyList<PluginConfiguration>> loadSeparate) =>
        ReadList(text.ParseObject(), loadSeparate);

    /// <summary>Reads a network from a record of another runtime: the list may lack the plugins in separate files.</summary>
    public NetworkConfiguration ReadForeignRecord()
    {
        var json = text.ParseObject();
        var isList = json.ContainsKey(NetworkConfiguration.PluginsKey) || (Find(json, "type") is null && json.ContainsKey("name"));
        return isList ? ReadList(json, _ => [], isForeignRecord: true) : Read();
    }

    public NetworkConfiguration ReadSingle()
    {
        var json = text.ParseObject(LevelsAroundPlugin);
        if (json.ContainsKey(NetworkConfiguration.PluginsKey) && Find(json, "type") is null)
        {
            const string Problem = "is a list of plugins: rename the file to end with .conflist";
            throw text.Error(Problem, NetworkConfiguration.PluginsKey);
        }

        return ReadSingle(json);
    }

    public PluginConfiguration ReadPlugin()
    {
        var plugin = ReadPlugin(text.ParseObject(LevelsAroundPlugin), []);
        ThrowErrors();
        return plugin;
    }

    private NetworkConfiguration ReadList(
        JsonObject json, Func<string, IReadOnlyList<PluginConfiguration>> loadSeparate, bool isForeignRecord = false)
    {
        var name = Collect(() => ReadName(json["name"]), "");
        var version = Collect(() => VersionChoice.Of(json, text), "");
        var disableCheck = Collect(() => ReadFlag(json, "disableCheck"), false);
        var disableGc = Collect(() => ReadFlag(json, "disableGC"), false);
        var onlyInlined = Collect(() => ReadFlag(json, OnlyInlinedKey), true);
        var plugins = Collect(() => ReadPlugins(json), []);
        if (!onlyInlined && name.Length > 0 && Collect(() => loadSeparate(name), []) is { Count: > 0 } separate)
        {
            plugins.AddRange(separate);
            json[OnlyInlinedKey] = true; // Reading the list again must not add them twice.
        }

        ThrowErrors();
        var lacksSome = isForeignRecord && !onlyInlined;
        return plugins.Count == 0 && !lacksSome
            ? throw WithoutPlugins(json)
            : new NetworkConfiguration(json, text.Source, name, version, plugins)
            {
                DisableCheck = disableCheck,
                DisableGc = disableGc,
                LacksSeparatePlugins = lacksSome,
            };
    }

    private CniConfigurationException WithoutPlugins(JsonObject json) => json.ContainsKey(NetworkConfiguration.PluginsKey)
        ? text.Error("lists no plugin", NetworkConfiguration.PluginsKey)
        : Find(json, "type") is null
            ? text.Error("has no \"plugins\" list")
            : text.Error("is a single plugin: rename the file to end with .conf, or put the plugin into a list, \"plugins\": [ … ]");

    // Of a single plugin only name and version apply to the network; the other keys of a list mean nothing here.
    private NetworkConfiguration ReadSingle(JsonObject json)
    {
        var plugin = ReadPlugin(json, []);
        var version = Collect(() => VersionChoice.Single(Own(json, "cniVersion"), text), "");
        var name = Collect(() => ReadName(Own(json, "name")), "");
        ThrowErrors();
        var list = new JsonObject { ["cniVersion"] = version, ["name"] = name, [NetworkConfiguration.PluginsKey] = null };
        return new NetworkConfiguration(list, text.Source, name, version, [plugin]);
    }

    private string ReadName(JsonNode? json)
    {
        var name = json is JsonValue value && value.TryGetValue(out string? written)
            ? written
            : throw text.Error("is missing or is not a string; name the network", "name");
        return Identifier.Problem(name) is { } problem ? throw text.Error($"\"{name}\" {problem}", "name") : name;
    }

    private bool ReadFlag(JsonObject json, string key)
    {
        if (json[key] is not { } flag)
            return false;

        return flag is JsonValue value
            && (value.TryGetValue(out bool set) || (value.TryGetValue(out string? written) && bool.TryParse(written, out set)))
            ? set
            : throw text.Error("must be true or false", key);
    }

    private List<PluginConfiguration> ReadPlugins(JsonObject json)
    {
        if (!json.TryGetPropertyValue(NetworkConfiguration.PluginsKey, out var value))
            return [];

        var items = value as JsonArray ?? throw text.Error("is not a list", NetworkConfiguration.PluginsKey);
        if (items.Count == 0)
            throw text.Error("lists no plugin", NetworkConfiguration.PluginsKey);

        var plugins = new List<PluginConfiguration>();
        for (var index = 0; index < items.Count && _errors.Count < MostErrors; index++)
        {
            if (items[index] is JsonObject entry)
                plugins.Add(ReadPlugin(entry, [NetworkConfiguration.PluginsKey, index]));
            else
                Report("is not an object", NetworkConfiguration.PluginsKey, index);
        }

        return plugins;
    }

    private PluginConfiguration ReadPlugin(JsonObject json, object[] place)
    {
        var type = Collect(() => ReadType(json, place), "");
        var ipamType = Collect(() => ReadIpamType(json, [.. place, "ipam"]), null);
        var capabilities = ReadCapabilities(json, [.. place, "capabilities"]);
        RequireDns(json, [.. place, "dns"]);
        var warnings = json.Select(property => property.Key).Where(PluginConfiguration.IsReserved).Take(MostErrors)
            .Select(key => text.Problem("is reserved for runtimes and is not passed to the plugin", [.. place, key]));
        return new PluginConfiguration((JsonObject)json.DeepClone(), type, ipamType, capabilities, [.. warnings]);
    }

    private string ReadType(JsonObject json, object[] place)
    {
        var type = ReadText(Find(json, "type"), [.. place, "type"]);
        return string.IsNullOrEmpty(type)
            ? throw text.Error("is missing or empty; name the plugin", [.. place, "type"])
            : RequireFileName(type, [.. place, "type"]);
    }

    private string? ReadIpamType(JsonObject json, object[] place)
    {
        // Go merges sections whose names differ in letter case only, field by field.
        string? type = null;
        foreach (var section in GoJson.Values(json, "ipam"))
        {
            var fields = section as JsonObject ?? throw text.Error("is not an object", place);
            type = ReadText(Find(fields, "type"), [.. place, "type"]) ?? type;
        }

        return string.IsNullOrEmpty(type) ? null : RequireFileName(type, [.. place, "type"]);
    }

    private string RequireFileName(string type, object[] place) =>
        Identifier.PluginTypeProblem(type) is { } problem
            ? throw text.Error($"\"{type}\" {problem}; a plugin type is a file name", place)
            : type;

    private HashSet<string> ReadCapabilities(JsonObject json, object[] place)
    {
        var enabled = new HashSet<string>(StringComparer.Ordinal);
        var sections = GoJson.Values(json, "capabilities").ToArray();
        if (sections.Any(section => section is not JsonObject))
            Report("is not an object of true/false values", place);

        foreach (var (capability, value) in sections.OfType<JsonObject>().SelectMany(section => section))
        {
            var isOn = false;
            if (value is not null && !(value is JsonValue flag && flag.TryGetValue(out isOn)))
                Report("must be true or false", [.. place, capability]);

            _ = isOn ? enabled.Add(capability) : enabled.Remove(capability);
        }

        return enabled;
    }

    // The library does not use it, but plugins that use Go's library refuse an invalid section after the plugins before them have run.
    private void RequireDns(JsonObject json, object[] place)
    {
        if (Find(json, "dns") is not { } value)
            return;

        if (value is not JsonObject dns)
        {
            Report("is not an object", place);
            return;
        }

        Collect(() => ReadText(Find(dns, "domain"), [.. place, "domain"]), null);
        foreach (var key in new[] { "nameservers", "search", "options" })
        {
            if (Find(dns, key) is { } list && !(list is JsonArray items && items.All(item => item is null || IsText(item))))
                Report("is not a list of strings", [.. place, key]);
        }
    }

    private static bool IsText(JsonNode item) => item is JsonValue scalar && scalar.TryGetValue(out string? _);

    private string? ReadText(JsonNode? value, ReadOnlySpan<object> place)
    {
        string? written = null;
        return value is null || (value is JsonValue scalar && scalar.TryGetValue(out written))
            ? written
            : throw text.Error("is not a string", place);
    }

    private static JsonNode? Find(JsonObject json, string key) =>
        GoJson.Values(json, key).LastOrDefault();

    // The exact key takes precedence: a plugin may use another letter case for a field of its own.
    private static JsonNode? Own(JsonObject json, string key) =>
        json.ContainsKey(key) ? json[key] : GoJson.Values(json, key).LastOrDefault(IsText);

    // All errors of a file are reported at once.
    private T Collect<T>(Func<T> read, T otherwise)
    {
        try
        {
            return read();
        }
        catch (CniConfigurationException error)
        {
            _errors.AddRange(error.Problems);
            return otherwise;
        }
    }

    private void Report(string problem, params ReadOnlySpan<object> place)
    {
        if (_errors.Count < MostErrors)
            _errors.Add(text.Problem(problem, place));
    }

    private void ThrowErrors()
    {
        if (_errors.Count > 0)
        {
            var first = _errors.OrderBy(error => error.File != text.Source).ThenBy(error => error.Line).Take(MostErrors).ToList();
            throw new CniConfigurationException(
                first.Count < MostErrors ? first : [.. first, new(text.Source, "there may be more errors after these")]);
        }
    }
}
