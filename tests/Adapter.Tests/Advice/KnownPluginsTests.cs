using Bridge.Adapter.Advice.Plugins;
using Bridge.Adapter.Tests.Source;

namespace Bridge.Adapter.Tests.Advice;

/// <summary>The rows of known plugins.</summary>
public sealed class KnownPluginsTests
{
    [Fact]
    public void The_table_of_the_document_is_the_table_of_the_program() => SourceTree.Lines("docs/plugins.md")
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Should().Equal(KnownPlugins.All.Select(Row));

    [Fact]
    public void Every_text_is_a_sentence() => KnownPlugins.All.SelectMany(known => new[] { known.Works, known.Needs, known.WithoutPod })
        .Should().OnlyContain(text => text.EndsWith('.')).And.NotContain(text => text.Contains("  ", StringComparison.Ordinal));

    private static string Row(KnownPlugin known) =>
        $"| `{known.Title}` | {known.Works} | {known.Needs} | {known.IdentityText} | {known.WithoutPod} |";
}
