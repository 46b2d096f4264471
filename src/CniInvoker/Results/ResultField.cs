using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>Reads typed values from a result; a value of the wrong type is an error with the field's path.</summary>
internal static class ResultField
{
    public static string? Text(JsonObject json, string key)
    {
        string? text = null;
        return json[key] is not { } value || (value is JsonValue scalar && scalar.TryGetValue(out text))
            ? string.IsNullOrEmpty(text) ? null : text
            : throw Wrong(json, key, "is not a string");
    }

    public static long? Number(JsonObject json, string key)
    {
        var number = 0L;
        return json[key] is not { } value ? null
            : value.GetValueKind() == JsonValueKind.Number && TryParse(GoJson.Number(value.ToJsonString()), out number) ? number
            : throw Wrong(json, key, "is not a whole number");
    }

    public static JsonObject? Object(JsonObject json, string key) => json[key] switch
    {
        null => null,
        JsonObject value => value,
        _ => throw Wrong(json, key, "is not an object"),
    };

    public static IPAddress? Address(JsonObject json, string key) => Text(json, key) switch
    {
        null => null,
        var text => GoAddress.TryParse(text, out var address) ? address : throw Wrong(json, key, "is not an IP address"),
    };

    /// <summary>An address with its prefix length, as in <c>10.1.2.3/24</c>.</summary>
    public static (IPAddress Address, int PrefixLength) Cidr(JsonObject json, string key)
    {
        var text = Text(json, key) ?? throw Wrong(json, key, "is missing");
        return GoAddress.TryParseCidr(text, out var address, out var length)
            ? (address, length)
            : throw Wrong(json, key, "is not an address with a prefix length, as in 10.1.2.3/24");
    }

    public static IReadOnlyList<JsonObject> Objects(JsonObject json, string key) =>
        Items(json, key, item => item as JsonObject ?? throw Wrong(json, key, "contains an item that is not an object"));

    public static IReadOnlyList<string> Texts(JsonObject json, string key) =>
        Items(json, key, item => item is JsonValue value && value.TryGetValue(out string? text)
            ? text
            : throw Wrong(json, key, "contains an item that is not a string"));

    private static bool TryParse(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private static IReadOnlyList<T> Items<T>(JsonObject json, string key, Func<JsonNode?, T> read) => json[key] switch
    {
        null => [],
        JsonArray items => [.. items.Select(read)],
        _ => throw Wrong(json, key, "is not a list"),
    };

    private static CniException Wrong(JsonObject json, string key, string problem) => new(
        CniErrorCode.DecodingFailure,
        $"field {json.GetPath()}.{key} {problem}"
            + (json[key] is JsonValue value ? $": {Encoding.UTF8.GetString(JsonText.Write(value))}" : ""));
}
