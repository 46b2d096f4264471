using System.Text;

namespace CniInvoker;

/// <summary>Where in a JSON text a parser has stopped: what is open there, and what stands around it.</summary>
internal readonly ref struct JsonPlace
{
    private const string WordParts = "_-.+";

    private readonly ReadOnlySpan<byte> _text;
    private readonly int _position;

    /// <param name="text">UTF-8.</param>
    /// <param name="line">Counted from 0.</param>
    /// <param name="offset">In bytes, in that line.</param>
    public JsonPlace(ReadOnlySpan<byte> text, long line, long offset)
    {
        _text = text;
        var start = 0;
        for (; line > 0 && text[start..].IndexOf((byte)'\n') is >= 0 and var end; line--)
            start += end + 1;

        _position = (int)Math.Min(start + offset, text.Length);
        var open = new Stack<char>();
        var beforeText = '\0';
        var last = '\0';
        for (var index = 0; index < _position; index++)
        {
            var part = (char)text[index];
            if (IsInText)
            {
                index += part == '\\' ? 1 : 0;
                IsInText = part != '"';
                continue;
            }

            (beforeText, IsInText) = part == '"' ? (last, true) : (beforeText, false);
            if (part is '{' or '[')
                open.Push(part);
            else if (part is '}' or ']')
                open.TryPop(out _);

            last = char.IsWhiteSpace(part) ? last : part;
        }

        (Open, Depth, Before) = (open.TryPeek(out var innermost) ? innermost : '\0', open.Count, last);
        IsAfterKey = Open == '{' && last == '"' && beforeText is '{' or ',';
    }

    /// <summary>The bracket that was opened last; NUL when none is open.</summary>
    public char Open { get; }

    public int Depth { get; }

    public bool IsInText { get; }

    /// <summary>The last character before it that is no white space; NUL at the beginning.</summary>
    public char Before { get; }

    /// <summary>A key has just ended, so that a colon has to follow.</summary>
    public bool IsAfterKey { get; }

    public bool IsForKey => Open == '{' && Before is '{' or ',';

    public bool IsAtEnd => _text[_position..].Trim(" \t\r\n"u8).IsEmpty;

    /// <summary>What stands there; NUL at the end.</summary>
    public char Here => _position < _text.Length ? (char)_text[_position] : '\0';

    /// <summary>The character there, all of its bytes.</summary>
    public string Character => Rune.DecodeFromUtf8(_text[_position..], out var rune, out _) == System.Buffers.OperationStatus.Done ? rune.ToString() : "";

    /// <summary>There stands no white space between it and the character before.</summary>
    public bool IsJoined => _position > 0 && _text[_position - 1] == Before;

    /// <summary>The word or number in whose middle it is; empty when it is in none.</summary>
    public string Word
    {
        get
        {
            var (start, end) = (_position, _position);
            while (start > 0 && IsPartOfWord(_text[start - 1]))
                start--;

            while (end < _text.Length && IsPartOfWord(_text[end]))
                end++;

            return Encoding.ASCII.GetString(_text[start..end]);
        }
    }

    private static bool IsPartOfWord(byte part) => char.IsAsciiLetterOrDigit((char)part) || WordParts.Contains((char)part);
}
