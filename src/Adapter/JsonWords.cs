using System.Text.Json;

namespace Bridge.Adapter;

/// <summary>What is wrong with JSON of other programs, without the words that .NET has for those who program with it.</summary>
internal static class JsonWords
{
    public static string Of(JsonException invalid) => invalid switch
    {
        { LineNumber: null, Path: null } => invalid.Message.TrimEnd('.'), // Ours.
        _ when IsSyntax(invalid) => $"it is no JSON from line {invalid.LineNumber + 1}, byte {invalid.BytePositionInLine + 1} on",
        _ when Missing(invalid.Message) is { } names => $"it lacks {names}",
        { Path: { Length: > 1 } path, Message: { } message } when message.StartsWith("Duplicate", StringComparison.Ordinal) => $"{path} is there twice",
        { Path: { Length: > 1 } path } => $"{path} is not what belongs there",
        _ => "it lacks a field, or is of another kind",
    };

    // .NET tells which fields these are nowhere but in its sentence: "… missing required properties including: 'NetworkID'. Path: …".
    private static string? Missing(string message) => message.Split("required properties including: ") is [_, var names] ? names.Split(". ")[0].TrimEnd('.') : null;

    // What the reader itself has found is of a type of its own, which is not public.
    private static bool IsSyntax(JsonException invalid) => invalid.GetType() != typeof(JsonException) || invalid.InnerException is JsonException;
}
