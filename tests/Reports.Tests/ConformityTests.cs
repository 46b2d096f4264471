using System.Xml.Linq;
using static Bridge.Reports.Tests.Outcomes;

namespace Bridge.Reports.Tests;

public sealed class ConformityTests
{
    private static readonly Requirement[] Demands =
    [
        new("§2", "order", Duty.Runtime, "In order."),
        new("§2", "locks", Duty.Plugin, "A plugin locks.") { PluginsOwn = "nobody sees it" },
    ];

    private static readonly NumberedCase[] Numbered = [new(7, "seven", "what is done")];

    private static readonly XElement[] Enough = [Passed("A", new SpecAttribute("order")), Passed("B", new CaseAttribute(7, "seven"))];

    [Fact]
    public void Where_a_test_shows_each_row_nothing_is_short() => Shortcomings(Enough).Should().BeEmpty();

    [Fact]
    public void Rows_that_no_test_shows_are_told_but_not_the_plugins_own() =>
        Shortcomings(SkippedTest("A", new SpecAttribute("order"))).Should().Equal(
            "no passed test shows \"order\"", "no passed test shows case 7 seven");

    [Fact]
    public void A_test_that_failed_is_told_even_where_another_run_of_it_passed() =>
        Shortcomings([.. Enough, Passed("C", new SpecAttribute("order")), Failed("C", "", new SpecAttribute("order"))]).Should().Equal(
            "C failed");

    [Fact]
    public void A_test_that_refers_to_a_row_that_there_is_not_is_told() =>
        Shortcomings([.. Enough, Passed("C", new SpecAttribute("odrer"), new CaseAttribute(7, "eight"))]).Should().Equal(
            "C refers to Spec \"odrer\", which the catalogue does not have",
            "C refers to Case \"7 eight\", which the catalogue does not have");

    [Fact]
    public void What_a_test_shows_is_not_the_plugins_own() =>
        Shortcomings([.. Enough, Passed("C", new SpecAttribute("locks"))]).Should().Equal(
            "\"locks\" is the plugin's own, but a test shows it");

    [Fact]
    public void Every_row_of_the_catalogue_has_a_name_of_its_own()
    {
        Requirements.All.Select(requirement => requirement.Id).Should().OnlyHaveUniqueItems();
        Cases.All.Select(numbered => numbered.Name).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void The_cases_are_numbered_from_1_to_54() =>
        Cases.All.Select(numbered => numbered.Number).Should().Equal(Enumerable.Range(1, 54));

    [Fact]
    public void What_is_not_a_runtimes_duty_says_what_becomes_of_it() =>
        Requirements.All.Should().AllSatisfy(requirement =>
            (requirement.Otherwise is null && requirement.PluginsOwn is null).Should().Be(
                requirement.Duty == Duty.Runtime, requirement.Id));

    private static IReadOnlyList<string> Shortcomings(params XElement[] tests)
    {
        var outcomes = Of(tests);
        return Conformity.Of(Demands, Numbered, outcomes).Shortcomings(outcomes);
    }
}
