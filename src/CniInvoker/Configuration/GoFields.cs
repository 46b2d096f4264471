using System.Net;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// Whether values of JSON fit the fields that the stock IPAM plugins have for them. Go's reader takes every letter case of a field's name, and refuses the whole
/// text over each value that does not fit. A null fits all but those which the plugins' libraries read themselves (types.IPNet).
/// </summary>
internal static class GoFields
{
    public const string Cidr = "ADDRESS/LENGTH is asked for, such as 10.88.0.0/16";

    public static IEnumerable<string> Texts(JsonObject json, params string[] keys) =>
        keys.SelectMany(key => All(json, key).Where(value => value is not null && !IsText(value, out _)).Select(_ => $"has a \"{key}\" that is no text"));

    public static IEnumerable<string> Addresses(JsonObject json, params string[] keys) => keys.SelectMany(key => All(json, key)
        .Where(value => value is not null && !(IsText(value, out var text) && (text.Length == 0 || GoAddress.TryParse(text, out _))))
        .Select(value => $"has a {key} that is no address: {value!.ToJsonString()}"));

    public static IEnumerable<string> Cidrs(JsonObject json, string key, string what) => All(json, key)
        .Where(value => !(value is not null && IsText(value, out var text) && GoAddress.TryParseCidr(text, out _, out _)))
        .Select(value => $"has the {what} {value?.ToJsonString() ?? "null"}, and {Cidr}");

    /// <summary>A list of objects, each of which is judged in its turn.</summary>
    public static IEnumerable<string> Lists(JsonObject json, string key, Func<JsonNode?, IEnumerable<string>> problems) => All(json, key).SelectMany(value => value switch
    {
        null => [],
        JsonArray items => items.SelectMany(problems),
        _ => [$"has \"{key}\" that are no list"],
    });

    /// <summary>The values under every letter case of a name.</summary>
    public static IEnumerable<JsonNode?> All(JsonObject json, string key) => json.Where(property => GoJson.Matches(property.Key, key)).Select(property => property.Value);

    private static bool IsText(JsonNode value, out string text)
    {
        text = "";
        return value is JsonValue scalar && scalar.TryGetValue(out text!);
    }
}
