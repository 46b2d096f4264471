using System.Runtime.CompilerServices;

namespace CniInvoker.Tests.Documentation;

/// <summary>Code blocks of documents are part of compiled files, verbatim.</summary>
public sealed class CodeBlocksTests
{
    [Theory]
    [InlineData("docs/cni-invoker.md", "tests/Snippets")]
    [InlineData("src/CniInvoker/README.md", "samples/cnitool")]
    public void Every_block_of_code_is_a_part_of_a_compiled_file(string document, string sources)
    {
        var compiled =
            Directory.EnumerateFiles(Path.Combine(Repository(), sources), "*.cs").Select(file => Trimmed(File.ReadAllLines(file)))
                .ToArray();

        var blocks = Blocks(File.ReadAllLines(Path.Combine(Repository(), document)));

        blocks.Should().NotBeEmpty();
        foreach (var block in blocks)
            compiled.Any(file => Holds(file, block)).Should().BeTrue(
                "these lines of {0} should stand in {1}:\n{2}\n", document, sources, string.Join('\n', block));
    }

    private static List<string[]> Blocks(string[] lines)
    {
        var blocks = new List<string[]>();
        for (var start = Array.IndexOf(lines, "```csharp"); start >= 0;)
        {
            var end = Array.IndexOf(lines, "```", start + 1);
            blocks.Add(lines[(start + 1)..end]);
            start = Array.IndexOf(lines, "```csharp", end);
        }

        return blocks;
    }

    // In the file the lines may have a larger indentation, the same for all.
    private static bool Holds(string[] file, string[] block) =>
        Enumerable.Range(0, Math.Max(0, file.Length - block.Length + 1)).Any(start =>
    {
        var indent = file[start].Length - block[0].Length;
        return indent >= 0
            && block.Index().All(line => file[start + line.Index] == (line.Item.Length == 0 ? "" : new string(' ', indent) + line.Item));
    });

    private static string[] Trimmed(string[] lines) => [.. lines.Select(line => line.TrimEnd())];

    private static string Repository([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(thisFile, "../../../.."));
}
