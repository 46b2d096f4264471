using System.Text.Json;

namespace CniInvoker;

/// <summary>
/// Why a text is no JSON, for the person who has written it. The parser's own words are for programmers, who can "change the reader options".
/// </summary>
internal static class JsonComplaint
{
    private const int Deep = JsonText.MaximumDepth - 8;
    private const int LongestWord = 40;

    /// <param name="invalid">What the parser has thrown. A complaint of ours stays as it is.</param>
    /// <param name="text">What it has read.</param>
    public static string Of(JsonException invalid, ReadOnlySpan<byte> text)
    {
        if (invalid.GetType() == typeof(JsonException) || invalid is not { LineNumber: { } line, BytePositionInLine: { } offset })
            return invalid.Message.TrimEnd('.').ReplaceLineEndings(" ");

        var place = new JsonPlace(JsonText.Clean(text), line, offset);
        return place.IsInText ? OfText(place) : place.IsAtEnd ? OfEnd(place) : OfPlace(place);
    }

    /// <summary>Whether it is text in the encoding that some editors call "Unicode".</summary>
    public static bool IsUtf16(ReadOnlySpan<byte> text) =>
        text.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || text.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]) || text is [0, not 0, ..] or [not 0, 0, ..];

    private static string OfText(JsonPlace place) => place.Here switch
    {
        '\0' => "it ends inside of a text: the closing '\"' is missing",
        '\n' or '\r' => "a text goes beyond the end of its line: the closing '\"' is missing, or the line break has to be written as \\n",
        < ' ' => "there is a control character in a text; write it as \\t, or \\u and four hexadecimal digits",
        _ => "in a text only \", \\, /, b, f, n, r, t, or u with four hexadecimal digits can follow a \\; write \\\\ for the character itself",
    };

    private static string OfEnd(JsonPlace place) => place.Open switch
    {
        '\0' when place.Before == '\0' => "there is nothing in it",
        '{' => "it ends too early: a closing '}' is missing",
        '[' => "it ends too early: a closing ']' is missing",
        _ => $"\"{Short(place.Word)}\" is not JSON",
    };

    private static string OfPlace(JsonPlace place) => place switch
    {
        { Depth: > Deep } => "it is nested too deeply",
        { Here: '}' or ']', Before: ',' } => $"there is a comma too many before '{place.Here}'",
        { Here: '/' or '#' } => "JSON has no comments: leave them out",
        { Here: '\'' } => "text stands in double quotes (\"), not in single ones",
        { Here: > '\x7f' } => $"{place.Character} is no part of JSON; are quotes meant, write \"",
        { Depth: 0, Before: '}' or ']' or '"' } => place.Here is '}' or ']' ? $"there is a '{place.Here}' too many" : "something follows behind its end",
        { Here: '}' or ']' or ',', Before: ':' } => $"a value is missing before '{place.Here}'",
        { Here: ',', Before: ',' or '{' or '[' } => "there is a comma too many",
        { IsAfterKey: true } => $"a ':' is missing before '{place.Here}'",
        { Here: '}', Open: '[' } or { Here: ']', Open: '{' } => $"'{place.Here}' closes what '{place.Open}' has opened",
        { Before: '0', IsJoined: true, Here: >= '0' and <= '9' } => $"the number {Short(place.Word)} begins with a 0",
        { IsJoined: true, Before: '.' or '-' or '+' or 'e' or 'E' } when place.Word.Length > 0 => $"the number {Short(place.Word)} is not complete",
        _ => OfWord(place),
    };

    private static string OfWord(JsonPlace place) => place.Word switch
    {
        { Length: > 0 } key when place.IsForKey => $"the key {Short(key)} is not in double quotes",
        { Length: > 0 } word when place.Before is ':' or '[' or ',' or '\0' || place.IsJoined => $"{Short(word)} is not in double quotes, and neither a number nor one of true, false and null",
        _ when place.Here is '"' or '{' or '[' || place.Word.Length > 0 => $"a comma is missing before {(place.Word.Length > 0 ? Short(place.Word) : $"'{place.Here}'")}",
        _ => $"'{place.Here}' has no place here",
    };

    private static string Short(string word) => word.Length <= LongestWord ? word : $"{word[..LongestWord]}…";
}
