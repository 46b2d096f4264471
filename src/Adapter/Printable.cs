using System.Globalization;
using System.Text;

namespace Bridge.Adapter;

/// <summary>
/// Escapes text for a terminal or a log. Names of networks, options and files come from other people: a control character in one of them
/// could recolour, overwrite or hide the text around it, and a bidirectional one could change the order in which it is read.
/// </summary>
internal static class Printable
{
    /// <summary>
    /// The text with such characters in the form <c>\u001b</c>, which JSON reads as the same text. Line ends and tabs stay.
    /// </summary>
    public static string Of(string text)
    {
        if (!text.Any(IsHarmful))
            return text;

        var printable = new StringBuilder(text.Length + 16);
        foreach (var part in text)
        {
            if (IsHarmful(part))
                printable.Append(CultureInfo.InvariantCulture, $"\\u{(int)part:x4}");
            else
                printable.Append(part);
        }

        return printable.ToString();
    }

    private static bool IsHarmful(char part) => part switch
    {
        '\n' or '\t' => false,
        '\u061c' or '\u200e' or '\u200f' or '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') => true,
        _ => char.IsControl(part),
    };
}
