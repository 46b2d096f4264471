using System.Text;
using System.Text.Json.Nodes;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// The first of multus' <c>delegates</c>: the network that every container is on. The thin plugin runs it itself; it is a single plugin, or
/// a list of plugins with a name of its own.
/// </summary>
internal static class FirstDelegate
{
    public const string Plugin = "multus";

    /// <returns>The delegate as a network of its own; null where multus finds it elsewhere (clusterNetwork, confDir), or it is
    /// invalid.</returns>
    public static NetworkConfiguration? Of(PluginConfiguration multus, NetworkConfiguration network)
    {
        if (FirstOf(multus.Json) is not { } first)
            return null;

        var text = (JsonObject)first.DeepClone();
        text["cniVersion"] ??= network.CniVersion;
        text["name"] ??= network.Name;
        try
        {
            return NetworkConfiguration.Parse(Encoding.UTF8.GetBytes(text.ToJsonString()), network.Source);
        }
        catch (CniConfigurationException)
        {
            return null; // multus reports it.
        }
    }

    /// <returns>The entry inside the plugin's that takes the <c>ipam</c> section; null without a delegate.</returns>
    public static JsonObject? EntryOf(JsonObject multus, NetworkConfiguration resolved) => FirstOf(multus) switch
    {
        { } list when list["plugins"] is JsonArray plugins =>
            plugins[MainPlugin.IndexIn(resolved)] as JsonObject,
        var single => single,
    };

    private static JsonObject? FirstOf(JsonObject multus) => IpamSection.Items(multus, "delegates").FirstOrDefault() as JsonObject;
}
