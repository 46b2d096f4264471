using System.Text.RegularExpressions;
using Bridge.Adapter.Tests.Source;

namespace Bridge.Adapter.Tests.Documentation;

/// <summary>What the documents say of the source stays true: the texts that they quote, the files that they name.</summary>
public sealed partial class DocumentsTests
{
    // Texts of Docker, of a plugin and of Compose, and the form of a problem in the settings.
    private static readonly string[] Foreign =
        ["plugin \"cni\" not found", "no IP addresses available in range set", "restart: always", "FILE:LINE:COLUMN: …"];

    [Fact]
    public void Every_quoted_error_text_stands_in_the_source()
    {
        var source = string.Concat(SourceTree.Files("src").Select(file => Joined().Replace(string.Join('\n', file.Lines), "")));
        var quoted = SourceTree.Lines("docs/troubleshooting.md")
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .SelectMany(line => Quotation().Matches(line.Split(" | ")[0]).Select(match => match.Groups[1].Value))
            .Where(text => text.Contains(' ') && !text.StartsWith("docker ", StringComparison.Ordinal))
            .ToArray();

        quoted.Should().HaveCountGreaterThan(20);
        quoted.Except(Foreign).SelectMany(text => text.Split('…', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Where(part => !source.Contains(part.Replace("\"", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal))
            .Should().BeEmpty();
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("docs/architecture.md")]
    [InlineData("docs/lifecycle.md")]
    [InlineData("docs/state.md")]
    [InlineData("docs/testing.md")]
    public void Every_source_file_that_a_document_names_exists(string document)
    {
        var files = SourceTree.Files("src", "tests", "benchmarks", "samples").Select(file => $"/{file.Path}").ToArray();

        SourceTree.Lines(document).SelectMany(line => SourceFileName().Matches(line)).Select(match => match.Groups[1].Value)
            .Where(name => !files.Any(file => file.EndsWith($"/{name}", StringComparison.Ordinal)))
            .Should().BeEmpty();
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quotation();

    [GeneratedRegex(@"`([\w./]+\.cs)`")]
    private static partial Regex SourceFileName();

    // The seam between the halves of a text that is longer than a line.
    [GeneratedRegex("(?<!\\\\)\"\\s*\\+\\s*\\$?\"")]
    private static partial Regex Joined();
}
