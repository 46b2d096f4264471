using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>One entry of a network's <c>plugins</c>, as it was written.</summary>
public sealed class PluginConfiguration
{
    internal PluginConfiguration(JsonObject text, string type, string? ipamType, IReadOnlySet<string> capabilities, IReadOnlyList<ConfigurationProblem> warnings)
    {
        Text = text;
        Type = type;
        IpamType = ipamType;
        Capabilities = capabilities;
        Warnings = warnings;
    }

    /// <summary>The file name of the plugin's binary in the plugin directories.</summary>
    public string Type { get; }

    /// <summary>The IPAM plugin that this plugin delegates to (<c>ipam.type</c>), if it names one.</summary>
    public string? IpamType { get; }

    /// <summary>
    /// The capabilities that are switched on: for these, and no others, the plugin is handed an attachment's capability arguments.
    /// </summary>
    public IReadOnlySet<string> Capabilities { get; }

    /// <summary>A copy of the entry with all its fields, known and unknown, numbers with their original text.</summary>
    public JsonObject Json => (JsonObject)Text.DeepClone();

    internal IReadOnlyList<ConfigurationProblem> Warnings { get; }

    /// <summary>The entry itself; never changed.</summary>
    internal JsonObject Text { get; }
}
