using System.Text;

namespace Bridge.Adapter.Directories;

/// <summary>
/// The strings in a TOML file, as far as settings of container runtimes need: <c>key = "text"</c> and <c>key = ["text", 'text']</c>, also
/// over several lines. Other values are skipped, and so is what is not TOML.
/// </summary>
internal static class TomlStrings
{
    /// <returns>Table (without brackets), key and texts, in the order of the file.</returns>
    public static IEnumerable<(string Table, string Key, IReadOnlyList<string> Texts)> Read(string content)
    {
        var table = "";
        var open = new StringBuilder();
        foreach (var line in content.Split('\n').Select(WithoutComment).Where(line => line.Length > 0))
        {
            if (open.Length == 0 && line.StartsWith('['))
            {
                table = line.Trim('[', ']', ' ');
                continue;
            }

            open.Append(line).Append(' ');
            if (!IsComplete(open))
                continue;

            var text = open.ToString();
            open.Clear();
            if (text.IndexOf('=') is > 0 and var sign)
                yield return (table, text[..sign].Trim().Trim('"'), Texts(text[(sign + 1)..]));
        }
    }

    private static bool IsComplete(StringBuilder text)
    {
        var bare = Unquoted(text.ToString()).Select(part => part.Letter).ToArray();
        return bare.Count(letter => letter == '[') <= bare.Count(letter => letter == ']');
    }

    private static List<string> Texts(string value)
    {
        var texts = new List<string>();
        for (var start = value.AsSpan().IndexOfAny('"', '\''); start >= 0;)
        {
            var end = value.IndexOf(value[start], start + 1);
            if (end < 0)
                break;

            texts.Add(value[(start + 1)..end]);
            var next = value.AsSpan(end + 1).IndexOfAny('"', '\'');
            start = next < 0 ? -1 : end + 1 + next;
        }

        return texts;
    }

    private static string WithoutComment(string line)
    {
        var comment = Unquoted(line).FirstOrDefault(part => part.Letter == '#', (Index: line.Length, Letter: '#')).Index;
        return line[..comment].Trim();
    }

    /// <summary>The characters outside of strings.</summary>
    private static IEnumerable<(int Index, char Letter)> Unquoted(string text)
    {
        var quote = '\0';
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] is '"' or '\'' && (quote == '\0' || quote == text[index]))
                quote = quote == '\0' ? text[index] : '\0';
            else if (quote == '\0')
                yield return (index, text[index]);
        }
    }
}
