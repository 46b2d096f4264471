using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using CniInvoker;

namespace Bridge.Fuzzing.Targets;

/// <summary>
/// The input as another JSON reader sees it, where that one can tell: it knows nothing of equal keys, of byte order marks and of text that
/// is not UTF-8.
/// </summary>
internal sealed class OriginalText
{
    private const int Depth = 900;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = Depth, AllowDuplicateProperties = false };

    private readonly JsonElement _root;

    private OriginalText(JsonElement root) => _root = root;

    /// <returns>Null where the input is nothing that both readers understand.</returns>
    public static OriginalText? Of(ReadOnlyMemory<byte> input)
    {
        if (!Utf8.IsValid(input.Span) || input.Span.IndexOf("\\ud"u8) >= 0 || input.Span.IndexOf("\\uD"u8) >= 0)
            return null; // An escape may be half a character, which only one of the readers patches.

        try
        {
            return JsonElement.Parse(input.Span, Strict) is { ValueKind: JsonValueKind.Object } root ? new OriginalText(root) : null;
        }
        catch (Exception ambiguous) when (ambiguous is JsonException or InvalidOperationException)
        {
            return null; // InvalidOperationException: a key has an escape that is not Unicode.
        }
    }

    public void RequireList(NetworkConfiguration network)
    {
        var written = Parse(network.ToUtf8Json());
        RequireFields(_root, written, ["plugins", "loadOnlyInlinedPlugins"], "A written list has the fields of the original.");
        if (_root.TryGetProperty("plugins", out var plugins))
        {
            foreach (var (original, plugin) in plugins.EnumerateArray().Zip(network.Plugins))
                RequirePlugin(original, network, plugin);
        }
    }

    public void RequireSingle(NetworkConfiguration network) => RequirePlugin(_root, network, network.Plugins[0]);

    private static void RequirePlugin(JsonElement original, NetworkConfiguration network, PluginConfiguration plugin)
    {
        RequireFields(original, Parse(JsonText.Write(plugin.Text)), [], "A plugin has the fields of the original.");
        var request = Parse(RequestConfiguration.Derive(network, plugin, previousResult: null, attachment: null));
        RequireFields(Told(original), Told(request), RequestPromises.OwnKeys, "A plugin is told the fields of the original.");
    }

    // As plugins are told it: with whole numbers written as such, and keys in order.
    private static JsonElement Told(JsonElement json) => Parse(GoJson.Write((JsonObject)JsonText.Parse(Text(json))!));

    private static void RequireFields(JsonElement original, JsonElement written, IReadOnlyList<string> except, string promise)
    {
        foreach (var field in original.EnumerateObject())
        {
            var isForeign = !except.Contains(field.Name, StringComparer.OrdinalIgnoreCase) && !RequestPromises.IsReserved(field.Name);
            Promise.That(
                !isForeign || (written.TryGetProperty(field.Name, out var value) && Text(value).AsSpan().SequenceEqual(Text(field.Value))),
                promise,
                $"\"{field.Name}\" is not {field.Value}");
        }
    }

    private static JsonElement Parse(ReadOnlyMemory<byte> text) =>
        JsonElement.Parse(text.Span, new JsonDocumentOptions { MaxDepth = Depth + 16 });

    // JsonElement.DeepEquals knows no numbers like 1e9999999999.
    private static byte[] Text(JsonElement json)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text))
            json.WriteTo(writer);

        return text.WrittenSpan.ToArray();
    }
}
