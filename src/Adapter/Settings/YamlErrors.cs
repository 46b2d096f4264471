using YamlDotNet.Core;

namespace Bridge.Adapter.Settings;

/// <summary>Error texts for invalid YAML, in terms of the file. The parser's messages describe its own scanning state.</summary>
internal static class YamlErrors
{
    // In this order: the first that fits.
    private static readonly (string Said, string Meant)[] Known =
    [
        ("tab", "a tab stands where the line is indented; indent with spaces"),
        ("quoted scalar, found unexpected", "a quote is opened here and never closed"),
        ("wrong indentation", "a quote is opened here and never closed"),
        ("unknown escape", "in double quotes this \\ begins nothing that is known; write \\\\, or put the text in single quotes"),
        ("hexadecimal", "in double quotes \\x, \\u or \\U is followed by too few hexadecimal digits; write \\\\, or put the text in " +
        "single quotes"),
        ("nicode", "in double quotes a \\u stands for no character"),
        ("cannot start any token", "nothing can begin with this character; put the text in quotes"),
        ("flow mapping", "a '{' is not closed with '}', or a ',' is missing"),
        ("flow sequence,", "a '[' is not closed with ']', or a ',' is missing"),
        ("expected '-'", "a '-' is missing, or the line is indented otherwise than those of the list above it"),
        ("expected ':'", "a ':' is missing behind a key"),
        ("expected key", "a key is missing, or the line is indented otherwise than those above it"),
        ("invalid mapping", "this ': ' is one too many: a text that holds it needs quotes, or the key in a line above lacks its own"),
        ("key indicator", "a '?' has no place here; put the text in quotes"),
        ("comment", "a comment begins where it cannot; put a space before '#', or the text in quotes"),
        ("block scalar", "behind '|' or '>' only lines follow that are indented alike"),
        ("anchor", "a text cannot begin with '&' or '*' unless it is in quotes"),
        ("Anchor", "a text cannot begin with '&' or '*' unless it is in quotes"),
        ("tag", "a text cannot begin with '!' unless it is in quotes"),
        ("Tag", "a text cannot begin with '!' unless it is in quotes"),
        ("directive", "a line that begins with '%' has no place here"),
        ("document", "something stands here that belongs to no key; is the line indented as those above it?"),
        ("expected token", "something stands here that has no place; put the text in quotes"),
        ("node content", "a value is missing here"),
    ];

    /// <param name="syntax">The parser's exception; for some inputs an ArgumentException or InvalidOperationException.</param>
    public static string Describe(Exception syntax) => syntax is InvalidOperationException
        ? "a '{' or '[' is opened here and never closed" // The parser stumbles over itself.
        : Known.FirstOrDefault(known => syntax.Message.Contains(known.Said, StringComparison.Ordinal)).Meant
            ?? "it cannot be understood from here on";

    /// <summary>The position of the error. The parser does not report it for a tab.</summary>
    public static Mark Place(Exception syntax, IParser parser, string text) => syntax switch
    {
        YamlException tab when tab.Message.Contains("tab", StringComparison.Ordinal) && LineWithTab(text) is { } line =>
            new Mark(0, line, 1),
        YamlException known => known.Start,
        _ => parser.Current?.End ?? Mark.Empty,
    };

    private static int? LineWithTab(string text)
    {
        var lines = text.Split('\n');
        var line = Array.FindIndex(lines, line => line.TakeWhile(char.IsWhiteSpace).Contains('\t') && line.Trim().Length > 0);
        return line < 0 ? null : line + 1;
    }
}
