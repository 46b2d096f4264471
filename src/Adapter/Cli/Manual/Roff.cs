using System.Globalization;
using System.Text;

namespace Bridge.Adapter.Cli.Manual;

/// <summary>
/// A manual page in the language of man(7), as groff and mandoc read it. In ASCII: they differ in how they recognise another encoding.
/// </summary>
internal sealed class Roff
{
    private const int LongestLine = 78;

    private readonly StringBuilder _text = new();

    /// <param name="name">The page's name.</param>
    /// <param name="section">Of the manual.</param>
    /// <param name="date">Of the program's source, or of today.</param>
    public Roff(string name, int section, DateTimeOffset date)
    {
        var day = date.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        Line($".TH {Escaped(name.ToUpperInvariant())} {section} \"{day}\" \"cnm-cni {Escaped(ProgramVersion.Number)}\" \"cnm-cni\"");
    }

    public Roff Heading(string text) => Line($".SH {text}");

    public Roff Break() => Line(".br");

    /// <summary>A file's name by itself, in italics.</summary>
    public Roff File(string path) => Line($".I {Escaped(path)}");

    public Roff Paragraph(string text) => Line(".PP").Text(text);

    public Roff Text(string text)
    {
        var line = "";
        foreach (var word in Escaped(text).Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > LongestLine)
            {
                Line(Guarded(line));
                line = "";
            }

            line = line.Length > 0 ? $"{line} {word}" : word;
        }

        return Line(Guarded(line));
    }

    /// <summary>A term in bold, and what it means, indented.</summary>
    public Roff Entry(string term, string meaning) => Line(".TP").Line($".B {Escaped(term)}").Text(meaning);

    /// <summary>What a person types, as it is typed.</summary>
    public Roff Example(string line) => Line(".PP").Line(".RS 4").Line(".EX").Line(Guarded(Escaped(line))).Line(".EE").Line(".RE");

    /// <summary>The command in bold, then what may follow it; lines break between the parts.</summary>
    public Roff Synopsis(string command, IEnumerable<string> parts)
    {
        Line($".B {Escaped(command)}");
        foreach (var part in parts)
            Text(part.Replace(' ', '\u00a0'));

        return this;
    }

    public override string ToString() => _text.ToString();

    private Roff Line(string line)
    {
        _text.Append(line).Append('\n');
        return this;
    }

    // A dot or a quote at the beginning of a line would be a request.
    private static string Guarded(string line) => line is ['.' or '\'', ..] ? $"\\&{line}" : line;

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            escaped.Append(rune.Value switch
            {
                '\\' => "\\e",
                '-' => "\\-",
                '"' => "\\(dq",
                '\'' => "\\(aq",
                '`' => "\\(ga",
                '^' => "\\(ha",
                '~' => "\\(ti",
                '\u00a0' => "\\~",
                < 0x80 and var ascii => $"{(char)ascii}",
                var other => string.Create(CultureInfo.InvariantCulture, $"\\[u{other:X4}]"),
            });
        }

        return escaped.ToString();
    }
}
