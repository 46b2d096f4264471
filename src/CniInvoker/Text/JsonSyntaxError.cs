using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CniInvoker;

/// <summary>
/// Explains JSON syntax errors to the author of the text. System.Text.Json explains them to programmers ("change the reader options").
/// </summary>
internal static class JsonSyntaxError
{
    private const int DeepestFile = JsonText.MaximumDepth - 8;
    private const int LongestWord = 40;

    /// <param name="invalid">The parser's exception. A message of <see cref="JsonText"/> itself is returned as it is.</param>
    /// <param name="text">The text that was parsed.</param>
    public static string Describe(JsonException invalid, ReadOnlySpan<byte> text)
    {
        if (invalid.GetType() == typeof(JsonException) || invalid is not { LineNumber: { } line, BytePositionInLine: { } offset })
            return invalid.Message.TrimEnd('.').ReplaceLineEndings(" ");

        var position = new Position(JsonText.Clean(text), line, offset);
        return position.IsInString ? InString(position) : position.IsAtEnd ? AtEnd(position) : BetweenTokens(position);
    }

    /// <summary>Whether the text is UTF-16, which some editors call "Unicode".</summary>
    public static bool IsUtf16(ReadOnlySpan<byte> text) =>
        text.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || text.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff])
        || text is [0, not 0, ..] or [not 0, 0, ..];

    private static string InString(Position position) => position.Here switch
    {
        '\0' => "it ends inside a string: the closing '\"' is missing",
        '\n' or '\r' => "a string continues past the end of its line: close it with '\"', or write the line break as \\n",
        < ' ' => "a string contains a control character; write it as \\t, or \\u and four hexadecimal digits",
        _ => "in a string only \", \\, /, b, f, n, r, t, or u with four hexadecimal digits may follow a \\; "
            + "write \\\\ for the character itself",
    };

    private static string AtEnd(Position position) => position.Open switch
    {
        '\0' when position.Before == '\0' => "it is empty",
        '{' => "it ends too early: a closing '}' is missing",
        '[' => "it ends too early: a closing ']' is missing",
        _ => $"\"{Short(position.Word)}\" is not JSON",
    };

    private static string BetweenTokens(Position position) => position switch
    {
        { Depth: > DeepestFile } => "it is nested too deeply",
        { Here: '}' or ']', Before: ',' } => $"there is an extra comma before '{position.Here}'",
        { Here: '/' or '#' } => "JSON has no comments: remove them",
        { Here: '\'' } => "strings need double quotes (\"), not single quotes",
        { Here: > '\x7f' } => $"{position.Character} is not allowed outside strings; for a quote write \"",
        { Depth: 0, Before: '}' or ']' or '"' } =>
            position.Here is '}' or ']' ? $"there is an extra '{position.Here}'" : "there is text after the end of the value",
        { Here: '}' or ']' or ',', Before: ':' } => $"a value is missing before '{position.Here}'",
        { Here: ',', Before: ',' or '{' or '[' } => "there is an extra comma",
        { IsAfterKey: true } => $"a ':' is missing before '{position.Here}'",
        { Here: '}', Open: '[' } or { Here: ']', Open: '{' } => $"'{position.Here}' does not match the open '{position.Open}'",
        { Before: '0', IsJoined: true, Here: >= '0' and <= '9' } => $"the number {Short(position.Word)} starts with 0",
        { IsJoined: true, Before: '.' or '-' or '+' or 'e' or 'E' } when position.Word.Length > 0 =>
            $"the number {Short(position.Word)} is incomplete",
        _ => AtWord(position),
    };

    private static string AtWord(Position position) => position.Word switch
    {
        { Length: > 0 } key when position.IsForKey => $"the key {Short(key)} is not in double quotes",
        { Length: > 0 } word when position.Before is ':' or '[' or ',' or '\0' || position.IsJoined =>
            $"{Short(word)} is not a string in double quotes, a number, true, false or null",
        { Length: > 0 } word => $"a comma is missing before {Short(word)}",
        _ when position.Here is '"' or '{' or '[' => $"a comma is missing before '{position.Here}'",
        _ => $"'{position.Here}' is not allowed here",
    };

    private static string Short(string word) => word.Length <= LongestWord ? word : $"{word[..LongestWord]}…";

    /// <summary>Where the parser stopped: the open brackets, and the characters around it.</summary>
    private readonly ref struct Position
    {
        private const string WordParts = "_-.+";

        private readonly ReadOnlySpan<byte> _text;
        private readonly int _index;

        /// <param name="text">UTF-8.</param>
        /// <param name="line">Counted from 0.</param>
        /// <param name="offset">In bytes, in that line.</param>
        public Position(ReadOnlySpan<byte> text, long line, long offset)
        {
            _text = text;
            var start = 0;
            for (; line > 0 && text[start..].IndexOf((byte)'\n') is >= 0 and var end; line--)
                start += end + 1;

            _index = (int)Math.Min(start + offset, text.Length);
            var open = new Stack<char>();
            var beforeString = '\0';
            var last = '\0';
            for (var index = 0; index < _index; index++)
            {
                var part = (char)text[index];
                if (IsInString)
                {
                    index += part == '\\' ? 1 : 0;
                    IsInString = part != '"';
                    continue;
                }

                (beforeString, IsInString) = part == '"' ? (last, true) : (beforeString, false);
                if (part is '{' or '[')
                    open.Push(part);
                else if (part is '}' or ']')
                    open.TryPop(out _);

                last = char.IsWhiteSpace(part) ? last : part;
            }

            (Open, Depth, Before) = (open.TryPeek(out var innermost) ? innermost : '\0', open.Count, last);
            IsAfterKey = Open == '{' && last == '"' && beforeString is '{' or ',';
        }

        /// <summary>The innermost open bracket; NUL when none is open.</summary>
        public char Open { get; }

        public int Depth { get; }

        public bool IsInString { get; }

        /// <summary>The last character before the position that is not white space; NUL at the beginning.</summary>
        public char Before { get; }

        /// <summary>A key has just ended, so a colon must follow.</summary>
        public bool IsAfterKey { get; }

        public bool IsForKey => Open == '{' && Before is '{' or ',';

        public bool IsAtEnd => JsonText.IsBlank(_text[_index..]);

        /// <summary>The byte at the position; NUL at the end.</summary>
        public char Here => _index < _text.Length ? (char)_text[_index] : '\0';

        /// <summary>The whole character at the position.</summary>
        public string Character => Rune.DecodeFromUtf8(_text[_index..], out var rune, out _) == OperationStatus.Done ? rune.ToString() : "";

        /// <summary>No white space separates the position from the character before.</summary>
        public bool IsJoined => _index > 0 && _text[_index - 1] == Before;

        /// <summary>The word or number around the position; may be empty.</summary>
        public string Word
        {
            get
            {
                var (start, end) = (_index, _index);
                while (start > 0 && IsPartOfWord(_text[start - 1]))
                    start--;

                while (end < _text.Length && IsPartOfWord(_text[end]))
                    end++;

                return Encoding.ASCII.GetString(_text[start..end]);
            }
        }

        private static bool IsPartOfWord(byte part) => char.IsAsciiLetterOrDigit((char)part) || WordParts.Contains((char)part);
    }
}
