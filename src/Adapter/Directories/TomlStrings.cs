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
        var value = text.ToString();
        return value.Count(letter => letter == '[') <= value.Count(letter => letter == ']');
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
        var quote = '\0';
        for (var index = 0; index < line.Length; index++)
        {
            if (quote == '\0' && line[index] == '#')
                return line[..index].Trim();

            if (line[index] is '"' or '\'' && (quote == '\0' || quote == line[index]))
                quote = quote == '\0' ? line[index] : '\0';
        }

        return line.Trim();
    }
}
