using System.Globalization;
using System.Text;

namespace Bridge.Adapter;

/// <summary>
/// Text on its way to a terminal or a log. Names of networks, options and files are other people's: a control character in one of them
/// could recolour, overwrite or hide what stands around it, and a bidirectional one change the order in which it is read.
/// </summary>
internal static class Printable
{
    /// <summary>The text with such characters as <c>\u001b</c>, which is the same text still where it is JSON. Lines and tabs stay.</summary>
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
