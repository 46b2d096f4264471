using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>What the commands print: indented, in the specification's own spelling, without what is absent.</summary>
[JsonSerializable(typeof(ErrorObject))]
[JsonSerializable(typeof(CollectedGarbage))]
[JsonSerializable(typeof(CniListing))]
[JsonSerializable(typeof(ValidationReport))]
internal sealed partial class CniJson : JsonSerializerContext
{
    // A terminal is no browser: quotes and letters of all languages stay readable.
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static CniJson Indented { get; } = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        Encoder = Encoder,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });

    public static string Text(JsonNode json)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = Encoder }))
            json.WriteTo(writer);

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
