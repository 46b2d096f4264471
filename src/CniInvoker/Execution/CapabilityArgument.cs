using System.Text.Json;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>A capability argument has to survive being written: for plugins, and into a record for DEL.</summary>
internal static class CapabilityArgument
{
    // Others' levels come around it: the argument's name, runtimeConfig, the record.
    private const int MaximumDepth = JsonText.MaximumDepth - 8;

    /// <summary>Null, or why the value cannot be handed on.</summary>
    public static string? Problem(string name, JsonNode? value)
    {
        try
        {
            return Identifier.IsUnicode(name) ? Problem(value, MaximumDepth) : Identifier.NoUnicode;
        }
        catch (InvalidOperationException)
        {
            return Identifier.NoUnicode; // So .NET says it of text that was parsed and not looked at yet.
        }
    }

    private static string? Problem(JsonNode? value, int depth) => value switch
    {
        JsonObject or JsonArray when depth == 0 => $"is nested more than {MaximumDepth} levels deep",
        JsonObject json => json.Select(property => Identifier.IsUnicode(property.Key) ? Problem(property.Value, depth - 1) : Identifier.NoUnicode).FirstOrDefault(problem => problem is not null),
        JsonArray json => json.Select(item => Problem(item, depth - 1)).FirstOrDefault(problem => problem is not null),
        JsonValue json when json.GetValueKind() == JsonValueKind.String && json.TryGetValue(out string? text) && !Identifier.IsUnicode(text) => Identifier.NoUnicode,
        _ => null,
    };
}
