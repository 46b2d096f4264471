using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace CniInvoker;

/// <summary>
/// JSON as Go parses it (encoding/json): the last of equal keys wins, invalid Unicode becomes U+FFFD, a byte order mark is skipped. Numbers
/// keep their text, within the range of float64: Go refuses larger ones.
/// </summary>
internal static class JsonText
{
    // Building and writing recurse and must not exhaust the stack of a thread-pool thread. Utf8JsonWriter's own limit is 1000.
    public const int MaximumDepth = 900;

    private const int LongestQuote = 40;
    private const int EscapeLength = 6; // \u0041

    public static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaximumDepth };

    // Plugins are not browsers: text stays readable.
    public static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = MaximumDepth + 8, // The library wraps parsed values in a few levels of its own.
    };

    private static ReadOnlySpan<byte> WhiteSpace => " \t\r\n"u8;

    /// <param name="utf8Json">Exactly one JSON value.</param>
    /// <param name="levelsAround">Levels that the library will wrap around the value before it is written and parsed again.</param>
    /// <exception cref="JsonException">The text is not exactly one JSON value.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8Json, int levelsAround = 0)
    {
        var text = Clean(utf8Json);
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaximumDepth - levelsAround });
        reader.Read();
        var node = Build(ref reader, text);
        reader.Read(); // Refuses text after the value.
        return node;
    }

    public static byte[] Write(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            node.WriteTo(writer);

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The text that <see cref="Parse"/> parses: no byte order mark, no trailing white space, valid UTF-8.</summary>
    public static ReadOnlySpan<byte> Clean(ReadOnlySpan<byte> utf8Json)
    {
        var text = utf8Json[(utf8Json.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0)..].TrimEnd(WhiteSpace);
        return Utf8.IsValid(text) ? text : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text));
    }

    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> utf8Json) => utf8Json.Trim(WhiteSpace);

    public static bool IsBlank(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(WhiteSpace) < 0;

    /// <summary>The string or key at the reader. An unpaired surrogate becomes U+FFFD, as in Go.</summary>
    public static string ReadString(ref readonly Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Unescape(reader.ValueSpan);
        }
    }

    private static JsonNode? Build(ref Utf8JsonReader reader, ReadOnlySpan<byte> text) => reader.TokenType switch
    {
        JsonTokenType.StartObject => BuildObject(ref reader, text),
        JsonTokenType.StartArray => BuildArray(ref reader, text),
        JsonTokenType.String => JsonValue.Create(ReadString(ref reader)),
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
        throw new JsonException(
            $"the number {written}{(reader.ValueSpan.Length > LongestQuote ? "…" : "")} is too large for plugins to read",
            path: null,
            before.Count((byte)'\n'),
            before.Length - 1 - before.LastIndexOf((byte)'\n'));
    }

    private static JsonObject BuildObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        var json = new JsonObject();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = ReadString(ref reader);
            reader.Read();
            json.Remove(key); // The last of equal keys also keeps the last position, after keys that Go takes for the same field.
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

    private static string Unescape(ReadOnlySpan<byte> escaped)
    {
        var text = new StringBuilder(escaped.Length);
        while (!escaped.IsEmpty)
        {
            var plain = escaped.IndexOf((byte)'\\');
            if (plain != 0)
            {
                plain = plain < 0 ? escaped.Length : plain;
                text.Append(Encoding.UTF8.GetString(escaped[..plain]));
                escaped = escaped[plain..];
                continue;
            }

            text.Append(Unescape(escaped, out var length));
            escaped = escaped[length..];
        }

        // Through bytes and back: each unpaired surrogate becomes U+FFFD.
        return Encoding.Unicode.GetString(Encoding.Unicode.GetBytes(text.ToString()));
    }

    private static char Unescape(ReadOnlySpan<byte> escape, out int length)
    {
        length = escape[1] == 'u' ? EscapeLength : 2;
        return (char)escape[1] switch
        {
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => (char)ushort.Parse(escape[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            var same => same,
        };
    }
}
