using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// A CNI network: a named list of plugins that are run one after another (SPEC §1). Immutable; cannot exist without a valid name.
/// </summary>
public sealed class NetworkConfiguration
{
    internal const string PluginsKey = "plugins";

    // The list with all its fields as they were written; its "plugins" are replaced when it is written again.
    private readonly JsonObject _text;

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
    /// The version that every plugin is spoken to in: the highest of <c>cniVersions</c> and <c>cniVersion</c> that this library knows. A
    /// network with an unknown version can be read, but is refused before any of its plugins is run.
    /// </summary>
    public string CniVersion { get; }

    /// <summary>The plugins in the order of ADD.</summary>
    public IReadOnlyList<PluginConfiguration> Plugins { get; }

    /// <summary>CHECK is not to be run for this network.</summary>
    public bool DisableCheck { get; internal init; }

    /// <summary>GC is not to be run for this network.</summary>
    public bool DisableGc { get; internal init; }

    /// <summary>Plugins that have files of their own belong to it as well, and are not among <see cref="Plugins"/>: so other runtimes remember a network.</summary>
    internal bool LacksPluginsBeside { get; init; }

    /// <summary>What is odd about the configuration but does not keep it from being used.</summary>
    public IEnumerable<ConfigurationProblem> Warnings => Plugins.SelectMany(plugin => plugin.Warnings);

    /// <summary>Why its plugins cannot be asked with CHECK whether an attachment is in place; null when they can.</summary>
    public string? CheckUnavailableReason => SpecVersion.TryParse(CniVersion, out var version) && version < SpecVersion.WithCheck
        ? $"cniVersion {CniVersion} has no CHECK; it came with 0.4.0"
        : DisableCheck ? "its file says disableCheck" : null;

    /// <summary>The file's path, or a description of where the text came from.</summary>
    public string Source { get; }

    /// <summary>Reads a list of plugins (a <c>.conflist</c>), or a single plugin (a <c>.conf</c>), which becomes a list of one.</summary>
    /// <param name="utf8Json">The text. Plugin files beside it are not looked for: only <see cref="ConfigurationDirectory"/> does
    /// that.</param>
    /// <param name="source">The file's path or a description, for messages.</param>
    /// <exception cref="CniConfigurationException">The text is no usable configuration; the message says what is wrong at which
    /// place.</exception>
    public static NetworkConfiguration Parse(ReadOnlyMemory<byte> utf8Json, string source) =>
        new ConfigurationReader(new ConfigurationText(utf8Json, source)).Read();

    /// <summary>
    /// The whole list, with the plugins that were loaded from the directory beside it, as UTF-8: <see cref="Parse"/> makes an equal network
    /// of it, as long as there is at least one plugin. Unknown fields and the text of numbers are as they were written.
    /// </summary>
    public ReadOnlyMemory<byte> ToUtf8Json()
    {
        var text = (JsonObject)_text.DeepClone();
        text[PluginsKey] = new JsonArray([.. Plugins.Select(plugin => plugin.Json)]);
        return JsonText.Write(text);
    }

    /// <summary>The same network with only some of its plugins, possibly none.</summary>
    /// <param name="keep">Answers whether a plugin stays.</param>
    public NetworkConfiguration WithPlugins(Func<PluginConfiguration, bool> keep) =>
        new(_text, Source, Name, CniVersion, [.. Plugins.Where(keep)]) { DisableCheck = DisableCheck, DisableGc = DisableGc };

    /// <summary>The same network with further plugins behind its own: those that have files of their own.</summary>
    internal NetworkConfiguration With(IEnumerable<PluginConfiguration> beside) =>
        new(_text, Source, Name, CniVersion, [.. Plugins, .. beside]) { DisableCheck = DisableCheck, DisableGc = DisableGc };
}
