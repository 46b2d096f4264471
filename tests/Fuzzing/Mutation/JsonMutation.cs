using System.Text;

namespace Bridge.Fuzzing.Mutation;

/// <summary>Changes that leave JSON as JSON, but make it say something else.</summary>
internal sealed class JsonMutation(Random random)
{
    private const int AsDeepAsReadersGo = 256;

    /// <returns>The text as it is where it holds no JSON.</returns>
    public byte[] Apply(byte[] text, byte[] other)
    {
        var spans = JsonSpans.In(text);
        if (spans.Count == 0)
            return text;

        var span = spans[random.Next(spans.Count)];
        return random.Next(9) switch
        {
            0 or 1 => Bytes.Replace(text, span.Start, span.End - span.Start, Pick(Words.Values)),
            2 => Bytes.Replace(text, span.Start, span.End - span.Start, ValueOf(other)),
            3 => Without(text, span),
            4 => Twice(text, span),
            5 => Wrapped(text, span),
            6 when span.HasKey => WithOtherKey(text, span),
            7 when text[span.Start] == '{' => Bytes.Insert(text, span.Start + 1, Member(text, span)),
            _ => Bytes.Replace(text, span.Start, span.End - span.Start, ValueOf(text)),
        };
    }

    private byte[] Pick(IReadOnlyList<byte[]> words) => words[random.Next(words.Count)];

    private byte[] ValueOf(byte[] text)
    {
        var spans = JsonSpans.In(text);
        return spans.Count == 0 ? Pick(Words.Values) : spans[random.Next(spans.Count)] is var span ? text[span.Start..span.End] : [];
    }

    private static byte[] Without(byte[] text, JsonSpan span)
    {
        var (start, end) = (span.MemberStart, span.End);
        end += end < text.Length && text[end] == ',' ? 1 : 0;
        start -= end == span.End && start > 0 && text[start - 1] == ',' ? 1 : 0;
        return Bytes.Remove(text, start, end - start);
    }

    private byte[] Twice(byte[] text, JsonSpan span)
    {
        var key = span.HasKey ? text[span.KeyStart..span.Start] : [];
        var value = random.Next(2) == 0 ? Pick(Words.Values) : text[span.Start..span.End];
        return Bytes.Insert(text, span.MemberStart, [.. key, .. value, (byte)',']);
    }

    private byte[] Wrapped(byte[] text, JsonSpan span)
    {
        var levels = random.Next(3) switch
        {
            0 => 1 << random.Next(9),
            1 => random.Next(1, 4),
            _ => AsDeepAsReadersGo + random.Next(-6, 3),
        };
        var (before, after) = random.Next(2) == 0 ? ("[", "]") : ("{\"a\":", "}");
        var value = text[span.Start..span.End];
        return Bytes.Replace(text, span.Start, span.End - span.Start, [.. Repeated(before, levels), .. value, .. Repeated(after, levels)]);
    }

    private byte[] WithOtherKey(byte[] text, JsonSpan span)
    {
        if (random.Next(2) == 0)
            return Bytes.Replace(text, span.KeyStart + 1, span.KeyEnd - span.KeyStart - 2, Pick(Words.Keys));

        var place = random.Next(span.KeyStart, span.KeyEnd);
        return char.IsAsciiLetter((char)text[place]) ? Bytes.Replace(text, place, 1, (byte)(text[place] ^ 0x20)) : text;
    }

    private byte[] Member(byte[] text, JsonSpan span)
    {
        var isEmpty = text[(span.Start + 1)..span.End].AsSpan().TrimStart(" \t\r\n"u8).StartsWith("}"u8);
        return [(byte)'"', .. Pick(Words.Keys), (byte)'"', (byte)':', .. Pick(Words.Values), .. isEmpty ? [] : ","u8];
    }

    private static byte[] Repeated(string what, int times) =>
        Encoding.ASCII.GetBytes(new StringBuilder().Insert(0, what, times).ToString());
}
