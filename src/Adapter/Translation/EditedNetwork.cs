using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>A network's configuration with changed entries of its plugins; everything else stays as in the file.</summary>
internal static class EditedNetwork
{
    // As deep as the reader of configurations goes.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 1024 };

    /// <param name="network">The network.</param>
    /// <param name="edit">Gets the entries in the order of the network's plugins.</param>
    public static NetworkConfiguration Of(NetworkConfiguration network, Action<JsonObject[]> edit)
    {
        var json = (JsonObject)JsonNode.Parse(network.ToUtf8Json().Span, documentOptions: Reading)!;
        edit([.. json["plugins"]!.AsArray().Select(plugin => plugin!.AsObject())]);
        return NetworkConfiguration.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()), network.Source);
    }
}
