using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Bridge.Adapter.Advice;

/// <summary>
/// JSON as its author meant it: with comments (# too), trailing commas and unquoted placeholders of a template. Keys match in any letter
/// case, as plugins read them; the last of equal keys counts. For advice only: what runs is read by CniInvoker.
/// </summary>
internal static partial class LenientJson
{
    private static readonly JsonDocumentOptions Options = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    private static readonly JsonNodeOptions AnyCase = new() { PropertyNameCaseInsensitive = true };

    /// <returns>Null where the text cannot be read even so, or is not an object.</returns>
    public static JsonObject? Parse(string text) => TryParse(text) ?? TryParse(Placeholder().Replace(Remark().Replace(text, ""), "null"));

    /// <summary>The text under a key; null without one.</summary>
    public static string? Text(JsonObject json, string key) =>
        json[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static bool IsSet(JsonObject json, string key) => json[key] is JsonValue value && value.TryGetValue(out bool set) && set;

    /// <summary>The placeholders of a template that stand outside of strings.</summary>
    public static IEnumerable<string> UnquotedPlaceholders(string text) => Placeholder().Matches(text).Select(match => match.Value);

    private static JsonObject? TryParse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return Node(document.RootElement) as JsonObject;
        }
        catch (Exception invalid) when (invalid is JsonException or InvalidOperationException)
        {
            return null; // The second: a string with half a character.
        }
    }

    private static JsonNode? Node(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var json = new JsonObject(AnyCase);
                foreach (var property in element.EnumerateObject())
                    json[property.Name] = Node(property.Value);

                return json;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(Node)]);
            case JsonValueKind.String:
                return JsonValue.Create(element.GetString());
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(element.Clone());
        }
    }

    [GeneratedRegex("^[ \t]*#.*$", RegexOptions.Multiline)]
    private static partial Regex Remark();

    // What a placeholder begins with is looked for first: looking back from every position would take the square of the length.
    [GeneratedRegex(
        @"(?=[_{$<@])(?<=[:\[,]\s*)(__\w+?__|\{\{[^{}]*\}\}|\$\{[^{}""]*\}|\$\([^()""]*\)" +
        @"|<[\w .-]+>|@\w+@|\$[A-Z_]+)(?=\s*[,\]}\n])")]
    private static partial Regex Placeholder();
}
