using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Bridge.Adapter.Tests.Source;

/// <summary>The C# files of the repository, and those of the page.</summary>
internal static partial class SourceTree
{
    private static readonly string Root = FindRoot();

    public static IReadOnlyList<SourceFile> Files(params string[] folders) =>
    [
        .. folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Root, path))
            .Where(path => !path.Split('/').Any(part => part is "obj" or "bin"))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(Root, path)))),
    ];

    /// <summary>The files of the page of cnm-cni ui that are ours.</summary>
    public static IReadOnlyList<SourceFile> Page() =>
    [
        .. Directory.EnumerateFiles(PathOf("src/Adapter/Ui/Page")).Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(Path.GetRelativePath(Root, path), File.ReadAllText(path))),
    ];

    public static string[] Lines(string path) => File.ReadAllLines(PathOf(path));

    public static string PathOf(string path) => Path.Combine(Root, path);

    private static string FindRoot([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(thisFile, "../../../.."));
}

/// <param name="Path">Relative to the repository.</param>
/// <param name="Text">Its content.</param>
internal sealed partial record SourceFile(string Path, string Text)
{
    public string[] Lines { get; } = Text.TrimEnd('\n').Split('\n');

    public string Namespace => NamespaceLine().Match(Text) is { Success: true } found ? found.Groups[1].Value : "";

    public IEnumerable<string> Usings => UsingLine().Matches(Text).Select(found => found.Groups[1].Value);

    /// <summary>The lines with their numbers, without those of raw string literals, which are data.</summary>
    public IEnumerable<(int Number, string Line)> CodeLines
    {
        get
        {
            var isRaw = false;
            foreach (var (index, line) in Lines.Index())
            {
                var wasRaw = isRaw;
                var quotes = line.Split("\"\"\"").Length - 1;
                isRaw ^= quotes % 2 == 1;
                if (!wasRaw && quotes == 0)
                    yield return (index + 1, line);
            }
        }
    }

    /// <summary>The text without line ends and comment marks, so that a phrase is found where a comment is wrapped.</summary>
    public string Unwrapped => LineEnd().Replace(Text, " ");

    /// <summary>Constructors of classes with the number of their parameters.</summary>
    public IEnumerable<(string Type, int Parameters)> Constructors =>
        ConstructorStart().Matches(Text).Select(found => (found.Groups[1].Value, CountParameters(found.Index + found.Length)));

    private int CountParameters(int start)
    {
        var (depth, count) = (1, Text[start..].TrimStart().StartsWith(')') ? 0 : 1);
        for (var index = start; depth > 0; index++)
        {
            depth += Text[index] is '(' or '<' or '[' or '{' ? 1 : Text[index] is ')' or '>' or ']' or '}' ? -1 : 0;
            count += Text[index] == ',' && depth == 1 ? 1 : 0;
        }

        return count;
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^using (?:static )?(?:\w+ = )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"\s*\n\s*(///?)?\s*")]
    private static partial Regex LineEnd();

    // A primary constructor, or one that stands in the class.
    [GeneratedRegex(
        @"^(?:(?:public|internal|sealed|static|abstract|partial|unsafe) )+class (\w+)(?:<[\w, ]+>)?\(" +
        @"|^    (?:public|internal|private|protected) (?<1>\w+)\(",
        RegexOptions.Multiline)]
    private static partial Regex ConstructorStart();
}
