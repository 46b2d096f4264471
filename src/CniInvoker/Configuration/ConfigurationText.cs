using System.Text.Json;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>The text of one configuration; makes errors with their positions in it.</summary>
internal sealed class ConfigurationText(ReadOnlyMemory<byte> utf8Json, string source)
{
    public string Source => source;

    /// <param name="levelsAround">Levels that the library will wrap around the object before it is written and parsed again.</param>
    /// <exception cref="CniConfigurationException">Not one JSON object.</exception>
    public JsonObject ParseObject(int levelsAround = 0)
    {
        if (JsonText.IsBlank(utf8Json.Span))
            throw new CniConfigurationException(source, "the file is empty");

        if (JsonSyntaxError.IsUtf16(utf8Json.Span))
            throw new CniConfigurationException(source, "the file is UTF-16; save it as UTF-8");

        try
        {
            return JsonText.Parse(utf8Json.Span, levelsAround) as JsonObject
                ?? throw new CniConfigurationException(source, "is not a JSON object", "$", 1);
        }
        catch (JsonException invalid)
        {
            var problem = $"invalid JSON: {JsonSyntaxError.Describe(invalid, utf8Json.Span)}";
            throw new CniConfigurationException(source, problem, jsonPath: null, (int?)invalid.LineNumber + 1, invalid);
        }
    }

    /// <summary>The exception for an error at a path of keys (strings) and indexes (integers).</summary>
    public CniConfigurationException Error(string problem, params ReadOnlySpan<object> path) => new([Problem(problem, path)]);

    /// <summary>A problem at a path of keys (strings) and indexes (integers).</summary>
    public ConfigurationProblem Problem(string problem, params ReadOnlySpan<object> path)
    {
        var jsonPath = "$";
        foreach (var step in path)
            jsonPath += step is int index ? $"[{index}]" : IsPlain((string)step) ? $".{step}" : $"['{step}']";

        return ConfigurationProblem.At(source, problem, jsonPath, LineOf(path));
    }

    private static bool IsPlain(string key) => key.Length > 0 && key.All(part => char.IsLetterOrDigit(part) || part is '_' or '-');

    // The deepest existing position on the path: a missing key is reported at the object that lacks it.
    private int LineOf(ReadOnlySpan<object> path)
    {
        var text = JsonText.Clean(utf8Json.Span);
        var reader = new Utf8JsonReader(text, JsonText.ReaderOptions);
        reader.Read();
        var position = reader.TokenStartIndex;
        foreach (var step in path)
        {
            if (!(step is int index ? MoveToItem(ref reader, index) : MoveToValue(ref reader, (string)step, ref position)))
                break;

            position = step is int ? reader.TokenStartIndex : position;
        }

        return text[..(int)position].Count((byte)'\n') + 1;
    }

    private static bool MoveToItem(ref Utf8JsonReader reader, int index)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;

        for (reader.Read(); index > 0 && reader.TokenType != JsonTokenType.EndArray; index--)
        {
            reader.Skip();
            reader.Read();
        }

        return reader.TokenType != JsonTokenType.EndArray;
    }

    // Of several matching keys the last, which is the effective one.
    private static bool MoveToValue(ref Utf8JsonReader reader, string key, ref long position)
    {
        var found = false;
        var last = reader;
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var matches = GoJson.Matches(JsonText.ReadString(ref reader), key);
            var start = reader.TokenStartIndex;
            reader.Read();
            if (matches)
            {
                found = true;
                last = reader;
                position = start;
            }

            reader.Skip();
        }

        reader = last;
        return found;
    }
}
