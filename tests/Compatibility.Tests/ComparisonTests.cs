using System.Xml.Linq;
using static Bridge.Compatibility.Tests.Outcomes;

namespace Bridge.Compatibility.Tests;

public sealed class ComparisonTests
{
    private static readonly (string, string) Ranges = Feature(Ports);

    private static readonly XElement[] Written =
        [Passed(Ranges, Plugin("bridge")), Passed(Feature("Names: ab"), Refusal("Names: ab", "a|b")), Skipped("engine: old", Feature("Names: c"))];

    [Fact]
    public void A_page_does_not_contradict_the_results_it_was_made_from()
    {
        EngineResults[] results = [On("20.10", Written), On("28.5", Written)];

        DifferencesFrom(Page(results), results).Should().BeEmpty();
    }

    [Fact]
    public void The_same_results_make_the_same_page() => Page(On("28.5", [.. Written.Reverse()])).Should().Be(Page(On("28.5", Written)));

    [Fact]
    public void A_cell_that_turned_from_yes_to_no_is_told()
    {
        var page = Page(On("20.10", Written), On("28.5", Written));

        DifferencesFrom(page, On("20.10", Written), On("28.5", [Skipped("engine: gone", Ranges, Plugin("bridge")), .. Written[1..]])).Should().Equal(
            "Published ports: ranges, Docker 28.5: the page says \"yes\", the tests \"no: gone\"",
            "Plugins: bridge, Docker 28.5: the page says \"yes\", the tests \"no: gone\"");
    }

    [Fact]
    public void Rows_that_only_one_of_both_has_are_told()
    {
        var page = Page(On("28.5", Written));

        DifferencesFrom(page, On("28.5", [.. Written[..2], Passed(Feature("Names: d"))])).Should().Equal(
            "Names: d: the tests have it, the page does not",
            "Names: c: the page has it, no test does");
    }

    [Fact]
    public void Engines_of_which_there_are_no_results_and_counts_are_left_alone()
    {
        var page = Page(On("20.10", Written), On("26.1", Failed(Ranges)), On("28.5", Written));

        DifferencesFrom(page, On("28.5", [Passed(Ranges, Plugin("bridge")), .. Written])).Should().BeEmpty();
    }

    [Fact]
    public void What_a_machine_could_not_test_it_does_not_contradict()
    {
        var page = Page(On("28.5", Written));

        DifferencesFrom(page, On("28.5", [Skipped("the kernel has no bridge", Ranges, Plugin("bridge")), .. Written[1..]])).Should().BeEmpty();
    }

    private static string Page(params EngineResults[] results) => MatrixDocument.Write(Matrix.Of(results), results);

    private static IReadOnlyList<string> DifferencesFrom(string page, params EngineResults[] results) =>
        Comparison.Differences(WrittenMatrix.Parse(page), Matrix.Of(results));
}
