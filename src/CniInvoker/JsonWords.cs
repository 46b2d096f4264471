using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CniInvoker;

/// <summary>Text in JSON as Go reads it: half of a pair of surrogates, which no text can hold, becomes U+FFFD.</summary>
internal static class JsonWords
{
    private const int EscapeLength = 6; // \u0041

    /// <summary>The text or key that the reader is at.</summary>
    public static string Of(ref readonly Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Patched(reader.ValueSpan);
        }
    }

    private static string Patched(ReadOnlySpan<byte> escaped)
    {
        var text = new StringBuilder(escaped.Length);
        while (!escaped.IsEmpty)
        {
            var plain = escaped.IndexOf((byte)'\\');
            if (plain != 0)
            {
                plain = plain < 0 ? escaped.Length : plain;
                text.Append(Encoding.UTF8.GetString(escaped[..plain]));
                escaped = escaped[plain..];
                continue;
            }

            text.Append(Unescaped(escaped, out var length));
            escaped = escaped[length..];
        }

        // Through bytes and back: what is no character becomes U+FFFD, each half by itself.
        return Encoding.Unicode.GetString(Encoding.Unicode.GetBytes(text.ToString()));
    }

    private static char Unescaped(ReadOnlySpan<byte> escape, out int length)
    {
        length = escape[1] == 'u' ? EscapeLength : 2;
        return (char)escape[1] switch
        {
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => (char)ushort.Parse(escape[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            var same => same,
        };
    }
}
