using System.Text.Json;

namespace Bridge.Fuzzing.Mutation;

/// <summary>Finds the JSON values in a text, as far as it is JSON.</summary>
internal static class JsonSpans
{
    private static readonly JsonReaderOptions Lenient = new() { MaxDepth = 2000, AllowMultipleValues = true, AllowTrailingCommas = true };

    public static IReadOnlyList<JsonSpan> In(ReadOnlySpan<byte> text)
    {
        var spans = new List<JsonSpan>();
        var offset = text.IndexOfAny((byte)'{', (byte)'[');
        if (offset < 0)
            return spans;

        try
        {
            Read(text[offset..], offset, spans);
        }
        catch (JsonException)
        {
            // What was found so far is enough to work with.
        }

        return spans;
    }

    private static void Read(ReadOnlySpan<byte> json, int offset, List<JsonSpan> spans)
    {
        var reader = new Utf8JsonReader(json, Lenient);
        var open = new Stack<JsonSpan>();
        var next = NoKey;
        while (reader.Read())
        {
            var (start, end) = (offset + (int)reader.TokenStartIndex, offset + (int)reader.BytesConsumed);
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    next = new JsonSpan(start, json[..(int)reader.BytesConsumed].LastIndexOf((byte)'"') + offset + 1, 0, 0);
                    continue;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Push(next with { Start = start });
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    spans.Add(open.Pop() with { End = end });
                    break;
                default:
                    spans.Add(next with { Start = start, End = end });
                    break;
            }

            next = NoKey;
        }
    }

    private static JsonSpan NoKey => new(-1, -1, 0, 0);
}
