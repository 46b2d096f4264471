using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// A CNI network: a named list of plugins that run one after another (SPEC §1). Immutable; cannot exist without a valid name.
/// </summary>
public sealed class NetworkConfiguration
{
    internal const string PluginsKey = "plugins";

    // The list with all its fields as they were written; ToUtf8Json replaces its "plugins".
    private readonly JsonObject _text;

    private byte[]? _utf8Json;

    internal NetworkConfiguration(
        JsonObject text, string source, string name, string cniVersion, IReadOnlyList<PluginConfiguration> plugins)
    {
        _text = text;
        Source = source;
        Name = name;
        CniVersion = cniVersion;
        Plugins = plugins;
    }

    /// <summary>The network's name: the same on all hosts that share the network.</summary>
    public string Name { get; }

    /// <summary>
    /// The protocol version for every plugin: the highest of <c>cniVersions</c> and <c>cniVersion</c> that this library supports. A network
    /// with an unknown version can be read, but no operation runs its plugins.
    /// </summary>
    public string CniVersion { get; }

    /// <summary>The plugins in the order of ADD.</summary>
    public IReadOnlyList<PluginConfiguration> Plugins { get; }

    /// <summary>CHECK does nothing on this network.</summary>
    public bool DisableCheck { get; internal init; }

    /// <summary>GC does nothing on this network.</summary>
    public bool DisableGc { get; internal init; }

    /// <summary>
    /// The network has further plugins in files of their own, which are not in <see cref="Plugins"/>: records of other runtimes lack them.
    /// </summary>
    internal bool LacksSeparatePlugins { get; init; }

    /// <summary>Problems that do not prevent the network from being used.</summary>
    public IEnumerable<ConfigurationProblem> Warnings => Plugins.SelectMany(plugin => plugin.Warnings);

    /// <summary>Why CHECK runs no plugin of this network; null when it does.</summary>
    public string? CheckUnavailableReason => LacksCheck ?? (DisableCheck ? "its configuration sets disableCheck" : null);

    internal string? LacksCheck => SpecVersion.TryParse(CniVersion, out var version) && version < SpecVersion.WithCheck
        ? $"cniVersion {CniVersion} has no CHECK, which needs 0.4.0 or later"
        : null;

    /// <summary>The file's path, or a description of another source.</summary>
    public string Source { get; }

    /// <summary>Reads a list of plugins (a <c>.conflist</c>), or a single plugin (a <c>.conf</c>), which becomes a list of one.</summary>
    /// <param name="utf8Json">The text. Only <see cref="ConfigurationDirectory"/> also reads plugins from separate files.</param>
    /// <param name="source">The file's path or a description, for messages.</param>
    /// <exception cref="CniConfigurationException">The text is not a valid configuration; the message says why and where.</exception>
    public static NetworkConfiguration Parse(ReadOnlyMemory<byte> utf8Json, string source) =>
        new ConfigurationReader(new ConfigurationText(utf8Json, source)).Read();

    /// <summary>
    /// The whole list as UTF-8, including plugins from separate files: <see cref="Parse"/> reads an equal network from it, as long as there
    /// is at least one plugin. Unknown fields and the text of numbers are preserved.
    /// </summary>
    public ReadOnlyMemory<byte> ToUtf8Json() => _utf8Json ??= Write();

    /// <summary>The same network with only some of its plugins, possibly none.</summary>
    /// <param name="keep">Whether a plugin stays.</param>
    public NetworkConfiguration WithPlugins(Func<PluginConfiguration, bool> keep) => Replaced(Plugins.Where(keep));

    /// <summary>The same network with further plugins after its own: those from separate files.</summary>
    internal NetworkConfiguration With(IEnumerable<PluginConfiguration> separate) => Replaced(Plugins.Concat(separate));

    private byte[] Write()
    {
        var text = (JsonObject)_text.DeepClone();
        text[PluginsKey] = new JsonArray([.. Plugins.Select(plugin => plugin.Json)]);
        return JsonText.Write(text);
    }

    private NetworkConfiguration Replaced(IEnumerable<PluginConfiguration> plugins) =>
        new(_text, Source, Name, CniVersion, [.. plugins]) { DisableCheck = DisableCheck, DisableGc = DisableGc };
}

/// <summary>One entry of a network's <c>plugins</c>, as it was written.</summary>
public sealed class PluginConfiguration
{
    internal PluginConfiguration(
        JsonObject text, string type, string? ipamType, IReadOnlySet<string> capabilities, IReadOnlyList<ConfigurationProblem> warnings)
    {
        Text = text;
        Type = type;
        IpamType = ipamType;
        Capabilities = capabilities;
        Warnings = warnings;
    }

    /// <summary>The file name of the plugin's binary in the plugin directories.</summary>
    public string Type { get; }

    /// <summary>The IPAM plugin that this plugin delegates to (<c>ipam.type</c>), if any.</summary>
    public string? IpamType { get; }

    /// <summary>The enabled capabilities: the plugin gets an attachment's capability arguments for these only.</summary>
    public IReadOnlySet<string> Capabilities { get; }

    /// <summary>A copy of the entry with all its fields, known and unknown, numbers with their original text.</summary>
    public JsonObject Json => (JsonObject)Text.DeepClone();

    internal IReadOnlyList<ConfigurationProblem> Warnings { get; }

    /// <summary>The entry itself; never changed.</summary>
    internal JsonObject Text { get; }

    /// <summary>
    /// Whether only a runtime may set the key (SPEC §3). In a file it would reach the plugin as if the runtime had set it.
    /// </summary>
    internal static bool IsReserved(string key) =>
        GoJson.Matches(key, "prevResult")
        || GoJson.Matches(key, "runtimeConfig")
        || key.StartsWith("cni.dev/", StringComparison.OrdinalIgnoreCase);
}
