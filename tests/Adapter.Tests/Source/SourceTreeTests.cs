using System.Text.RegularExpressions;

namespace Bridge.Adapter.Tests.Source;

/// <summary>
/// The rules of the source tree:
/// 1. The folders of src depend on each other in one direction, also by way of others. A folder may share types with its own sub-folders.
/// 2. A file of src has 300 lines at most, also one of the page.
/// 3. A line of src and tests, and of the page, has 140 columns at most, unless a raw string literal stands in it, which is data.
/// 4. No words of banned-words.txt stand in src.
/// 5. A constructor of src has at most as many parameters as <see cref="MostParameters"/>.
/// </summary>
public sealed class SourceTreeTests
{
    private const int LongestFile = 300;
    private const int LongestLine = 140;
    private const int MostParameters = 10;

    [Fact]
    public void Folders_depend_on_each_other_in_one_direction()
    {
        var files = SourceTree.Files("src").Where(file => file.Namespace.Contains('.') && file.Namespace != "Bridge.Adapter").ToArray();
        var folders = files.Select(file => file.Namespace).ToHashSet(StringComparer.Ordinal);
        var uses = files
            .SelectMany(file => file.Usings.Select(used => FolderOf(used, folders)).OfType<string>()
                .Select(used => (From: file.Namespace, To: used, file.Path)))
            .Where(use => !IsWithin(use.From, use.To) && !IsWithin(use.To, use.From))
            .ToArray();
        var usedBy = uses.ToLookup(use => use.From, use => use.To);

        RequireNone(uses.Where(use => Reaches(use.To, use.From, usedBy)).Select(use => $"{use.Path} uses {use.To}"));
    }

    [Fact]
    public void No_file_is_too_long() =>
        RequireNone(SourceTree.Files("src").Concat(SourceTree.Page()).Where(file => file.Lines.Length > LongestFile)
            .Select(file => $"{file.Path}: {file.Lines.Length} lines"));

    [Fact]
    public void No_line_is_too_long() =>
        RequireNone(SourceTree.Files("src", "tests").Concat(SourceTree.Page())
            .SelectMany(file => file.CodeLines.Select(line => (Place: $"{file.Path}:{line.Number}", line.Line.Length)))
            .Where(line => line.Length > LongestLine)
            .Select(line => $"{line.Place}: {line.Length} columns"));

    [Fact]
    public void No_banned_words_are_used()
    {
        var banned = SourceTree.Lines("tests/Adapter.Tests/Source/banned-words.txt")
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(" = "))
            .Select(parts => (Words: new Regex($@"\b({parts[0]})\b", RegexOptions.IgnoreCase), Instead: parts[1]))
            .ToArray();

        RequireNone(SourceTree.Files("src").Concat(SourceTree.Page()).SelectMany(file => banned.SelectMany(rule =>
            rule.Words.Matches(file.Unwrapped).Select(match => $"{file.Path}: \"{match.Value}\", instead: {rule.Instead}"))));
    }

    [Fact]
    public void No_constructor_has_too_many_parameters() =>
        RequireNone(SourceTree.Files("src")
            .SelectMany(file => file.Constructors.Select(constructor => (file.Path, constructor.Type, constructor.Parameters)))
            .Where(constructor => constructor.Parameters > MostParameters)
            .Select(constructor => $"{constructor.Path}: {constructor.Type} has {constructor.Parameters} parameters"));

    // Its child can outlive a killed cnm-cni before it executes its program, with the socket and the locks (src/Adapter/Leftovers).
    [Fact]
    public void No_program_is_started_by_the_class_Process() =>
        RequireNone(SourceTree.Files("src")
            .SelectMany(file => file.CodeLines.Where(line => line.Line.Contains("ProcessStartInfo", StringComparison.Ordinal))
                .Select(line => $"{file.Path}:{line.Number}")));

    // .NET's own needs OpenSSL, and where that is not installed it ends the process (opensslshim.c). Packages depend on the C library
    // alone, and a container has nothing else.
    [Fact]
    public void No_cryptography_of_dotnet_is_used() =>
        RequireNone(SourceTree.Files("src")
            .SelectMany(file => file.CodeLines.Where(line => line.Line.Contains("System.Security.Cryptography", StringComparison.Ordinal))
                .Select(line => $"{file.Path}:{line.Number}")));

    private static void RequireNone(IEnumerable<string> violations)
    {
        string[] found = [.. violations.Distinct()];
        if (found.Length > 0)
            Assert.Fail(string.Join(Environment.NewLine, found));
    }

    private static bool Reaches(string start, string end, ILookup<string, string> next)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var open = new Stack<string>([start]); open.TryPop(out var folder);)
        {
            if (folder == end)
                return true;

            if (seen.Add(folder))
                next[folder].ToList().ForEach(open.Push);
        }

        return false;
    }

    private static bool IsWithin(string folder, string outer) => $"{folder}.".StartsWith($"{outer}.", StringComparison.Ordinal);

    // using static names a type.
    private static string? FolderOf(string used, HashSet<string> folders) =>
        folders.Contains(used) ? used : used.LastIndexOf('.') is > 0 and var end && folders.Contains(used[..end]) ? used[..end] : null;
}
