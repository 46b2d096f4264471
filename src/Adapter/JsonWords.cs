using System.Text.Json;

namespace Bridge.Adapter;

/// <summary>Error texts for JSON of other programs, without .NET's terms.</summary>
internal static class JsonWords
{
    public static string Of(JsonException invalid) => invalid switch
    {
        { LineNumber: null, Path: null } => invalid.Message.TrimEnd('.'), // An exception of cnm-cni itself.
        _ when IsSyntax(invalid) => $"it is not JSON from line {invalid.LineNumber + 1}, byte {invalid.BytePositionInLine + 1} on",
        _ when Missing(invalid.Message) is { } names => $"it lacks {names}",
        { Path: { Length: > 1 } path, Message: { } message } when message.StartsWith("Duplicate", StringComparison.Ordinal) =>
            $"{path} is there twice",
        { Path: { Length: > 1 } path } => $"{path} is not what belongs there",
        _ => "it lacks a field, or is of another kind",
    };

    // .NET names the fields only in its message: "… missing required properties including: 'NetworkID'. Path: …".
    private static string? Missing(string message) => message.Split("required properties including: ") is [_, var names]
        ? names.Split(". ")[0].TrimEnd('.')
        : null;

    // The JSON reader throws a derived type, which is not public.
    private static bool IsSyntax(JsonException invalid) => invalid.GetType() != typeof(JsonException)
        || invalid.InnerException is JsonException;
}
