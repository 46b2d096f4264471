using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Bridge.Adapter.Advice.Rules;

/// <summary>
/// Values of a template that an installer has not filled in. A whole value is an error: no plugin can use it. Part of a value is a
/// warning.
/// </summary>
internal sealed partial class Placeholders : FileRule
{
    // Texts for people, which may look like anything.
    private static readonly string[] Labels = ["nerdctlLabels", "labels", "annotations", "description", "comment", "_comment"];

    private const int MostNames = 4;
    private const int LongestQuote = 80;

    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject) => file.Json is { } json
        ? Values(json, "$").SelectMany(value => Judge(file, value.Place, value.Text)).Concat(Unquoted(file))
        : Unquoted(file);

    private static IEnumerable<Note> Judge(NetworkFile file, string place, string text)
    {
        if (IsWhole(text))
            yield return file.Error($"is the placeholder {text} of a template: write the value, or remove the key", place);
        else if (Part().Match(text) is { Success: true } part)
            yield return file.Warning($"has the placeholder {part.Value} of a template in \"{Short(text)}\": write the value", place);
    }

    private static string Short(string text) => text.Length <= LongestQuote ? text : $"{text[..LongestQuote]}…";

    private static IEnumerable<Note> Unquoted(NetworkFile file)
    {
        // Where nothing can be read, the actions of a template may be the reason.
        var found = LenientJson.UnquotedPlaceholders(file.Text)
            .Concat(file.Json is null ? Action().Matches(file.Text).Select(match => match.Value) : []);
        string[] names = [.. found.Distinct(StringComparer.Ordinal).Take(MostNames)];
        if (names.Length > 0)
            yield return file.Error($"it has placeholders of a template, such as {string.Join(", ", names)}: write the values");
    }

    /// <summary>Whether a value is nothing but a placeholder.</summary>
    public static bool IsWhole(string? text) => text is not null && Whole().IsMatch(text);

    private static IEnumerable<(string Place, string Text)> Values(JsonNode? node, string place) => node switch
    {
        JsonObject json => json.Where(property => !Labels.Contains(property.Key, StringComparer.OrdinalIgnoreCase))
            .SelectMany(property => Values(property.Value, $"{place}.{property.Key}")),
        JsonArray items => items.SelectMany((item, index) => Values(item, $"{place}[{index}]")),
        JsonValue value when value.TryGetValue(out string? text) => [(place, text)],
        _ => [],
    };

    [GeneratedRegex(@"^\s*(__[A-Za-z0-9_]+?__|\{\{.*\}\}|\$\{[^}]*\}|\$\([^)]*\)|\$[A-Z][A-Z0-9_]*|<[^<>]+>|@[A-Za-z0-9_]+@|%\w+%)\s*$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"\{\{[^{}\n]*\}\}")]
    private static partial Regex Action();

    [GeneratedRegex(@"(?<![A-Za-z0-9_])__[A-Z0-9][A-Z0-9_]*?__|\{\{[^{}]*\}\}|\$\{[^}]*\}|\$\([^)]*\)")]
    private static partial Regex Part();
}
