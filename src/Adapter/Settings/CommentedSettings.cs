using System.Text;

namespace Bridge.Adapter.Settings;

/// <summary>
/// A settings file with every key, and as comments what it means and which values it may have. samples/bridge/settings.yaml is that of the
/// defaults.
/// </summary>
internal static class CommentedSettings
{
    private const int Widest = 118;

    public static string Of(AdapterSettings settings)
    {
        var text = new StringBuilder();
        Comment(text, "", "Settings of cnm-cni.");
        foreach (var paragraph in SettingsMeaning.Introduction)
            Comment(text, "", paragraph);

        var section = "";
        foreach (var (key, value, allowed) in SettingsTable.Describe(settings))
        {
            var (parent, name) = key.IndexOf('.') is > 0 and var dot ? (key[..dot], key[(dot + 1)..]) : ("", key);
            if (parent.Length == 0 || parent != section)
                text.Append('\n');

            if (parent.Length > 0 && parent != section)
                BeginSection(text, parent);

            section = parent;
            var indent = parent.Length > 0 ? "  " : "";
            Comment(text, indent, $"{SettingsMeaning.Of(key)} Allowed: {allowed}.");
            text.Append(indent).Append(name).Append(": ").Append(value).Append('\n');
        }

        return text.ToString();
    }

    private static void BeginSection(StringBuilder text, string section)
    {
        Comment(text, "", SettingsMeaning.Of(section));
        text.Append(section).Append(":\n");
    }

    private static void Comment(StringBuilder text, string indent, string sentences)
    {
        var line = $"{indent}#";
        foreach (var word in sentences.Split(' '))
        {
            if (line.Length + 1 + word.Length > Widest)
            {
                text.Append(line).Append('\n');
                line = $"{indent}#";
            }

            line = $"{line} {word}";
        }

        text.Append(line).Append('\n');
    }
}
