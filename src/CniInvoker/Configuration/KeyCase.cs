using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>Whether a key means a field to plugins that are written in Go: its JSON reader takes every letter case of the field's name.</summary>
internal static class KeyCase
{
    /// <summary>Also with the two letters outside ASCII that Unicode counts as cases of "s" and "k": "prevReſult" is read as "prevResult".</summary>
    public static bool Matches(string key, string field) => key.Length == field.Length
        && key.Replace('\u017f', 's').Replace('\u212a', 'k').Equals(field, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The values that plugins are told under a field's name, the one in force last: they are handed the keys in order. Null says nothing.
    /// </summary>
    public static IEnumerable<JsonNode> All(JsonObject json, string field) => json
        .Where(property => property.Value is not null && Matches(property.Key, field))
        .OrderBy(property => property.Key, StringComparer.Ordinal)
        .Select(property => property.Value!);
}
