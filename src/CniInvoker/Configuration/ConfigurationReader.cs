using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// From a configuration's text to what it means (SPEC §1). The list's own keys are matched exactly, those of a plugin and of a network that is a single
/// plugin in any letter case, as libcni does.
/// </summary>
internal sealed class ConfigurationReader(ConfigurationText text)
{
    private const string OnlyInlinedKey = "loadOnlyInlinedPlugins";

    // A plugin that has a file of its own is written as an item of a list.
    private const int LevelsAroundPlugin = 2;

    // To say where a mistake is, the text is read again from its beginning; and nobody reads more of them at once.
    private const int MostProblems = 20;

    private readonly List<ConfigurationProblem> _mistakes = [];

    public NetworkConfiguration Read()
    {
        var json = text.ParseObject();
        if (json.ContainsKey(NetworkConfiguration.PluginsKey))
            return ReadList(json, _ => []);

        return Find(json, "type") is null ? throw text.Mistake("has neither \"plugins\" nor \"type\"") : ReadSingle();
    }

    /// <param name="loadBeside">Answers the plugins that lie as files of their own in the directory of a network's name.</param>
    public NetworkConfiguration ReadList(Func<string, IReadOnlyList<PluginConfiguration>> loadBeside) =>
        ReadList(text.ParseObject(), loadBeside);

    /// <summary>A network as other runtimes remember it: without the plugins that have files of their own.</summary>
    public NetworkConfiguration ReadRemembered()
    {
        var json = text.ParseObject();
        var isList = json.ContainsKey(NetworkConfiguration.PluginsKey) || (Find(json, "type") is null && json.ContainsKey("name"));
        return isList ? ReadList(json, _ => [], isRemembered: true) : Read();
    }

    public NetworkConfiguration ReadSingle()
    {
        var json = text.ParseObject(LevelsAroundPlugin);
        if (json.ContainsKey(NetworkConfiguration.PluginsKey) && Find(json, "type") is null)
        {
            const string Problem = "is a list of plugins, which belongs into a file that ends with .conflist";
            throw text.Mistake(Problem, NetworkConfiguration.PluginsKey);
        }

        return ReadSingle(json);
    }

    public PluginConfiguration ReadPlugin()
    {
        var plugin = ReadPlugin(text.ParseObject(LevelsAroundPlugin), []);
        ThrowMistakes();
        return plugin;
    }

    private NetworkConfiguration ReadList(JsonObject json, Func<string, IReadOnlyList<PluginConfiguration>> loadBeside, bool isRemembered = false)
    {
        var name = Collect(() => ReadName(json["name"]), "");
        var version = Collect(() => VersionChoice.Of(json, text), "");
        var disableCheck = Collect(() => ReadFlag(json, "disableCheck"), false);
        var disableGc = Collect(() => ReadFlag(json, "disableGC"), false);
        var onlyInlined = Collect(() => ReadFlag(json, OnlyInlinedKey), true);
        var plugins = Collect(() => ReadPlugins(json), []);
        if (!onlyInlined && name.Length > 0 && Collect(() => loadBeside(name), []) is { Count: > 0 } beside)
        {
            plugins.AddRange(beside);
            json[OnlyInlinedKey] = true; // Now they are all in the list: reading it again must not add them once more.
        }

        ThrowMistakes();
        var lacksSome = isRemembered && !onlyInlined;
        return plugins.Count == 0 && !lacksSome
            ? throw WithoutPlugins(json)
            : new NetworkConfiguration(json, text.Source, name, version, plugins) { DisableCheck = disableCheck, DisableGc = disableGc, LacksPluginsBeside = lacksSome };
    }

    private CniConfigurationException WithoutPlugins(JsonObject json) => json.ContainsKey(NetworkConfiguration.PluginsKey)
        ? text.Mistake("lists no plugin", NetworkConfiguration.PluginsKey)
        : Find(json, "type") is null
            ? text.Mistake("has no \"plugins\", the list of its plugins")
            : text.Mistake("is a single plugin, which belongs into a file that ends with .conf: rename the file, or write the plugin into a list, \"plugins\": [ … ]");

    // What a single plugin says beside its own fields has no meaning for the list: only name and version are the network's.
    private NetworkConfiguration ReadSingle(JsonObject json)
    {
        var plugin = ReadPlugin(json, []);
        var version = Collect(() => VersionChoice.Single(Own(json, "cniVersion"), text), "");
        var name = Collect(() => ReadName(Own(json, "name")), "");
        ThrowMistakes();
        var list = new JsonObject { ["cniVersion"] = version, ["name"] = name, [NetworkConfiguration.PluginsKey] = null };
        return new NetworkConfiguration(list, text.Source, name, version, [plugin]);
    }

    private string ReadName(JsonNode? json)
    {
        var name = json is JsonValue value && value.TryGetValue(out string? written)
            ? written
            : throw text.Mistake("is missing, or is not text", "name");
        return Identifier.Problem(name) is { } problem ? throw text.Mistake($"\"{name}\" {problem}", "name") : name;
    }

    private bool ReadFlag(JsonObject json, string key)
    {
        if (json[key] is not { } flag)
            return false;

        return flag is JsonValue value
            && (value.TryGetValue(out bool set) || (value.TryGetValue(out string? word) && bool.TryParse(word, out set)))
            ? set
            : throw text.Mistake("is neither true nor false", key);
    }

    private List<PluginConfiguration> ReadPlugins(JsonObject json)
    {
        if (!json.TryGetPropertyValue(NetworkConfiguration.PluginsKey, out var value))
            return [];

        var items = value as JsonArray ?? throw text.Mistake("is not a list", NetworkConfiguration.PluginsKey);
        if (items.Count == 0)
            throw text.Mistake("lists no plugin", NetworkConfiguration.PluginsKey);

        var plugins = new List<PluginConfiguration>();
        for (var index = 0; index < items.Count && _mistakes.Count < MostProblems; index++)
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
        var warnings = json.Select(property => property.Key).Where(RequestConfiguration.IsReserved).Take(MostProblems)
            .Select(key => text.Problem("is for runtimes to set, and is not given to the plugin", [.. place, key]));
        return new PluginConfiguration((JsonObject)json.DeepClone(), type, ipamType, capabilities, [.. warnings]);
    }

    private string ReadType(JsonObject json, object[] place)
    {
        var type = ReadText(Find(json, "type"), [.. place, "type"]);
        return string.IsNullOrEmpty(type)
            ? throw text.Mistake("is missing or empty: which plugin is it?", [.. place, "type"])
            : RequireFileName(type, [.. place, "type"]);
    }

    private string? ReadIpamType(JsonObject json, object[] place)
    {
        // Go reads sections whose names differ in letter case only into one, field by field.
        string? type = null;
        foreach (var section in GoJson.Values(json, "ipam"))
        {
            var fields = section as JsonObject ?? throw text.Mistake("is not an object", place);
            type = ReadText(Find(fields, "type"), [.. place, "type"]) ?? type;
        }

        return string.IsNullOrEmpty(type) ? null : RequireFileName(type, [.. place, "type"]);
    }

    private string RequireFileName(string type, object[] place) =>
        Identifier.PluginTypeProblem(type) is { } problem ? throw text.Mistake($"\"{type}\" {problem}, and a plugin is found by its file's name alone", place) : type;

    private HashSet<string> ReadCapabilities(JsonObject json, object[] place)
    {
        var enabled = new HashSet<string>(StringComparer.Ordinal);
        var sections = GoJson.Values(json, "capabilities").ToArray();
        if (sections.Any(section => section is not JsonObject))
            Report("is not an object of true and false", place);

        foreach (var (capability, value) in sections.OfType<JsonObject>().SelectMany(section => section))
        {
            var isOn = false;
            if (value is not null && !(value is JsonValue flag && flag.TryGetValue(out isOn)))
                Report("is neither true nor false", [.. place, capability]);

            _ = isOn ? enabled.Add(capability) : enabled.Remove(capability);
        }

        return enabled;
    }

    // Nothing of it is used here; but every plugin that is written with Go's library refuses it, after its predecessors have run.
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
                Report("is not a list of text", [.. place, key]);
        }
    }

    private static bool IsText(JsonNode item) => item is JsonValue word && word.TryGetValue(out string? _);

    private string? ReadText(JsonNode? value, ReadOnlySpan<object> place)
    {
        string? written = null;
        return value is null || (value is JsonValue word && word.TryGetValue(out written))
            ? written
            : throw text.Mistake("is not text", place);
    }

    private static JsonNode? Find(JsonObject json, string key) =>
        GoJson.Values(json, key).LastOrDefault();

    // What stands there in the very words is meant, whatever a plugin has for its own in others.
    private static JsonNode? Own(JsonObject json, string key) => json.ContainsKey(key) ? json[key] : GoJson.Values(json, key).LastOrDefault(IsText);

    // A person corrects a file once, not once for each of its mistakes.
    private T Collect<T>(Func<T> read, T otherwise)
    {
        try
        {
            return read();
        }
        catch (CniConfigurationException mistake)
        {
            _mistakes.AddRange(mistake.Problems);
            return otherwise;
        }
    }

    private void Report(string problem, params ReadOnlySpan<object> place)
    {
        if (_mistakes.Count < MostProblems)
            _mistakes.Add(text.Problem(problem, place));
    }

    private void ThrowMistakes()
    {
        if (_mistakes.Count > 0)
        {
            var first = _mistakes.OrderBy(mistake => mistake.File != text.Source).ThenBy(mistake => mistake.Line).Take(MostProblems).ToList();
            throw new CniConfigurationException(first.Count < MostProblems ? first : [.. first, new(text.Source, "there may be more mistakes behind these")]);
        }
    }
}
