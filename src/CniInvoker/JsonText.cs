using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace CniInvoker;

/// <summary>
/// JSON as Go reads it: of two equal keys the last wins, text that is no Unicode is patched, a byte order mark is skipped. Numbers keep
/// their text, up to what float64 holds: Go refuses what is beyond.
/// </summary>
internal static class JsonText
{
    // Deep enough for every file a person writes; building and writing recurse, and must not exhaust a pool thread's stack. And .NET's own
    // writer, which others use on what is read here, ends at 1000.
    public const int MaximumDepth = 900;

    private const int LongestQuote = 40;

    public static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaximumDepth };

    // Plugins are no browsers: text stays readable.
    public static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = MaximumDepth + 8, // What was read gets a level or two of ours around it.
    };

    private static ReadOnlySpan<byte> WhiteSpace => " \t\r\n"u8;

    /// <param name="utf8Json">The text.</param>
    /// <param name="levelsAround">How many levels will be around the value when it is written and read again.</param>
    /// <exception cref="JsonException">Not exactly one JSON value.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8Json, int levelsAround = 0)
    {
        var text = Clean(utf8Json);
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaximumDepth - levelsAround });
        reader.Read();
        var node = Build(ref reader, text);
        reader.Read(); // Refuses whatever follows the value.
        return node;
    }

    public static byte[] Write(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            node.WriteTo(writer);

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What <see cref="Parse"/> really reads: without a byte order mark and white space at the end, and valid UTF-8.</summary>
    public static ReadOnlySpan<byte> Clean(ReadOnlySpan<byte> utf8Json)
    {
        var text = utf8Json[(utf8Json.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0)..].TrimEnd(WhiteSpace);
        return Utf8.IsValid(text) ? text : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text));
    }

    /// <summary>Without white space around it.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> utf8Json) => utf8Json.Trim(WhiteSpace);

    private static JsonNode? Build(ref Utf8JsonReader reader, ReadOnlySpan<byte> text) => reader.TokenType switch
    {
        JsonTokenType.StartObject => BuildObject(ref reader, text),
        JsonTokenType.StartArray => BuildArray(ref reader, text),
        JsonTokenType.String => JsonValue.Create(JsonWords.Of(ref reader)),
        JsonTokenType.Number => BuildNumber(ref reader, text),
        JsonTokenType.True => JsonValue.Create(true),
        JsonTokenType.False => JsonValue.Create(false),
        _ => null,
    };

    private static JsonValue? BuildNumber(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        if (reader.TryGetDouble(out var number) && double.IsFinite(number))
            return JsonValue.Create(JsonElement.ParseValue(ref reader));

        var written = Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, LongestQuote)]);
        var before = text[..(int)reader.TokenStartIndex];
        throw new JsonException($"the number {written}{(reader.ValueSpan.Length > LongestQuote ? "…" : "")} is too large for plugins to read", path: null, before.Count((byte)'\n'), before.Length - 1 - before.LastIndexOf((byte)'\n'));
    }

    private static JsonObject BuildObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        var json = new JsonObject();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = JsonWords.Of(ref reader);
            reader.Read();
            json.Remove(key); // The last of equal keys also stands last, behind others that Go takes for the same.
            json[key] = Build(ref reader, text);
        }

        return json;
    }

    private static JsonArray BuildArray(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        var json = new JsonArray();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            json.Add(Build(ref reader, text));

        return json;
    }
}
