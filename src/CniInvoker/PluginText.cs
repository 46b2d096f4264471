using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// JSON for plugins, most of which are written in Go: with keys in the order in which libcni writes them, since of those that differ in letter case only
/// the last counts; and with whole numbers that are seen to be whole.
/// </summary>
internal static class PluginText
{
    public static byte[] Write(JsonObject json)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
            Write(writer, json);

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject json:
                WriteObject(writer, json);
                break;
            case JsonArray items:
                writer.WriteStartArray();
                foreach (var item in items)
                    Write(writer, item);

                writer.WriteEndArray();
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                writer.WriteRawValue(PluginNumber.Of(value.ToJsonString()));
                break;
            case { } word:
                word.WriteTo(writer);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, JsonObject json)
    {
        writer.WriteStartObject();
        foreach (var (key, value) in json.OrderBy(property => property.Key, StringComparer.Ordinal))
        {
            writer.WritePropertyName(key);
            Write(writer, value);
        }

        writer.WriteEndObject();
    }
}
