using System.Text.Json;
using CniInvoker;

namespace Bridge.Adapter;

/// <summary>Error texts of .NET in the words of the kernel and of JSON. .NET phrases them for the programmer of the caller.</summary>
internal static class ErrorDescription
{
    /// <summary>
    /// .NET's "Access to the path '…' is denied." becomes the path and the kernel's text. Messages of this program stay as they are.
    /// </summary>
    public static string OfFile(Exception failure)
    {
        var isOfNet = failure is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException or PathTooLongException
            or { HResult: > 0 };
        return isOfNet && failure is IOException or UnauthorizedAccessException
            ? PathIn(failure.Message) is { } path ? $"{path}: {ErrorText.Of(failure)}" : ErrorText.Of(failure)
            : failure.Message;
    }

    public static string OfJson(JsonException invalid) => invalid switch
    {
        { LineNumber: null, Path: null } => invalid.Message.TrimEnd('.'), // Thrown by this program.
        _ when IsSyntax(invalid) => $"it is no JSON from line {invalid.LineNumber + 1}, byte {invalid.BytePositionInLine + 1} on",
        _ when Missing(invalid.Message) is { } names => $"it lacks {names}",
        { Path: { Length: > 1 } path, Message: { } message } when message.StartsWith("Duplicate", StringComparison.Ordinal) =>
            $"{path} is there twice",
        { Path: { Length: > 1 } path } => $"{path} is not what belongs there",
        _ => "it lacks a field, or is of another kind",
    };

    /// <summary>Ends a text of unknown origin with exactly one full stop.</summary>
    public static string Sentence(string text) => text.TrimEnd() is [.., '.' or '!' or '?'] ended ? ended : $"{text.TrimEnd()}.";

    // Not all of these exceptions have the path as a property.
    private static string? PathIn(string message)
    {
        var (first, last) = (message.IndexOf('\''), message.LastIndexOf('\''));
        return first >= 0 && last > first + 1 ? message[(first + 1)..last] : null;
    }

    // Only the message has the fields' names: "… missing required properties including: 'NetworkID'. Path: …".
    private static string? Missing(string message) =>
        message.Split("required properties including: ") is [_, var names] ? names.Split(". ")[0].TrimEnd('.') : null;

    // The reader throws a type of its own, which is not public.
    private static bool IsSyntax(JsonException invalid) => invalid.GetType() != typeof(JsonException)
        || invalid.InnerException is JsonException;
}

/// <summary>Suggestions for misspelt words.</summary>
internal static class Spelling
{
    /// <summary>The known word nearest to the written one, whatever the case; null when they differ in more letters than allowed.</summary>
    public static string? Nearest(IEnumerable<string> known, string written, int most)
    {
        var nearest = known.Select(word => (Word: word, Distance: Distance(word.ToLowerInvariant(), written.ToLowerInvariant())))
            .MinBy(pair => pair.Distance);
        return nearest.Distance <= most ? nearest.Word : null;
    }

    // Levenshtein's distance: how many letters must be inserted, removed or replaced.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
