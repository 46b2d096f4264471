using System.Text.RegularExpressions;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Tests.Source;

namespace Bridge.Adapter.Tests.Repair;

/// <summary>docs/repair.md explains every kind of finding.</summary>
public sealed class FindingKindTests
{
    [Fact]
    public void Each_kind_has_one_row_in_the_manual_and_each_row_a_kind()
    {
        var rows = SourceTree.Lines("docs/repair.md").SkipWhile(line => !line.StartsWith("| kind | finding |", StringComparison.Ordinal))
            .Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => Regex.Match(line, "^\\| `([a-z-]+)` \\|").Groups[1].Value);

        rows.Should().BeEquivalentTo(Enum.GetValues<FindingKind>().Select(kind => kind.Text()));
    }
}
