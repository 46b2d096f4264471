using System.Xml.Linq;
using static Bridge.Reports.Tests.Outcomes;

namespace Bridge.Reports.Tests;

public sealed class CompatibilityPageTests
{
    private static readonly FeatureAttribute Ranges = new(Ports);

    private static readonly XElement[] Written =
        [Passed(Ranges, new PluginAttribute("bridge")), Passed(new FeatureAttribute("Names: ab") { Not = "a|b" }),
            Skipped("engine: old", new FeatureAttribute("Names: c"))];

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

        DifferencesFrom(page, On("20.10", Written),
            On("28.5", [Skipped("engine: gone", Ranges, new PluginAttribute("bridge")), .. Written[1..]])).Should().Equal(
            "Published ports: ranges, Docker 28.5: the page says \"yes\", the tests \"no: gone\"",
            "Plugins: bridge, Docker 28.5: the page says \"yes\", the tests \"no: gone\"");
    }

    [Fact]
    public void Rows_that_only_one_of_both_has_are_told()
    {
        var page = Page(On("28.5", Written));

        DifferencesFrom(page, On("28.5", [.. Written[..2], Passed(new FeatureAttribute("Names: d"))])).Should().Equal(
            "Names: d: the tests have it, the page does not",
            "Names: c: the page has it, no test does");
    }

    [Fact]
    public void Engines_of_which_there_are_no_results_and_counts_are_left_alone()
    {
        var page = Page(On("20.10", Written), On("26.1", Failed(Ranges)), On("28.5", Written));

        DifferencesFrom(page, On("28.5", [Passed(Ranges, new PluginAttribute("bridge")), .. Written])).Should().BeEmpty();
    }

    [Fact]
    public void What_a_machine_could_not_test_it_does_not_contradict()
    {
        var page = Page(On("28.5", Written));

        DifferencesFrom(page, On("28.5", [Skipped("the kernel has no bridge", Ranges, new PluginAttribute("bridge")), .. Written[1..]]))
            .Should().BeEmpty();
    }

    [Fact]
    public void A_note_stands_once_at_the_end_whichever_cells_refer_to_it()
    {
        var page = Page(On("20.10", Skipped("engine: too old", Ranges)), On("28.5", Skipped("engine: too old", Ranges)));

        page.Should().Contain("| ranges | no [^1] | no [^1] |  |").And.EndWith("\n[^1]: too old\n");
    }

    [Fact]
    public void A_feature_that_no_longer_works_without_a_note_contradicts_the_page()
    {
        var page = Page(On("28.5", Passed(Ranges)));

        DifferencesFrom(page, On("28.5", But(Passed(Ranges), "slowly"))).Should().Equal(
            "Published ports: ranges, Docker 28.5: the page says \"yes\", the tests \"yes (1): slowly\"");
    }

    private static string Page(params EngineResults[] results) => CompatibilityPage.Write(Matrix.Of(results), results);

    private static IReadOnlyList<string> DifferencesFrom(string page, params EngineResults[] results) =>
        CompatibilityPage.Differences(page, Matrix.Of(results));
}
