using System.Text;

namespace CniInvoker;

/// <summary>
/// Words of files and plugins as part of a sentence of ours. A sentence is read in one line of a terminal or log, which they must neither
/// break nor steer.
/// </summary>
internal static class OneLine
{
    /// <summary>The text with one space for all line breaks and control characters in a row, and none for those at its ends.</summary>
    public static string Of(string text)
    {
        if (!text.Any(Breaks))
            return text;

        var line = new StringBuilder(text.Length);
        foreach (var part in text)
        {
            if (!Breaks(part))
                line.Append(part);
            else if (line.Length > 0 && line[^1] != ' ')
                line.Append(' ');
        }

        return line.ToString().TrimEnd();
    }

    private static bool Breaks(char part) => char.IsControl(part) || part is '\u2028' or '\u2029';
}
