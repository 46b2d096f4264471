using System.Xml.Linq;
using static Bridge.Reports.Tests.Outcomes;

namespace Bridge.Reports.Tests;

public sealed class ConformancePageTests
{
    private static readonly Requirement[] Demands =
    [
        new("§2 DEL", "del-order", Duty.Runtime, "DEL runs backwards."),
        new("§2 DEL", "exit", Duty.Plugin, "A plugin exits.") { Otherwise = "it is ended" },
        new("§4 Delegation", "locks", Duty.Plugin, "A plugin locks.") { PluginsOwn = "nobody sees it" },
    ];

    private static readonly NumberedCase[] Numbered = [new(7, "a|b", "what is done")];

    [Fact]
    public void A_row_has_its_tests_as_links_and_says_same_where_nothing_is_said_of_libcni() =>
        Page(Passed("It_is_so", new SpecAttribute("del-order"))).Should().Contain(
            "| DEL runs backwards. | runtime | [It is so](../../tests/Some.Tests/SomeTests.cs) | same |");

    [Fact]
    public void A_version_in_the_name_of_a_test_is_written_as_one() =>
        Page(Passed("It_came_with_0_4_0_and_stays", new SpecAttribute("del-order"))).Should().Contain("[It came with 0.4.0 and stays]");

    [Fact]
    public void A_row_of_a_plugins_duty_says_what_is_done_otherwise() =>
        Page(Passed("It_is_so", new SpecAttribute("exit"))).Should().Contain(
            "| A plugin exits. *Otherwise:* it is ended. | plugin | [It is so]");

    [Fact]
    public void What_is_the_plugins_own_has_a_reason_in_place_of_tests() =>
        Page().Should().Contain("| A plugin locks. | plugin | *the plugin's own*: nobody sees it |  |");

    [Fact]
    public void What_is_done_otherwise_than_libcni_does_is_said_once_whichever_test_says_it() =>
        Page(
            Passed("B", new CaseAttribute(7, "a|b") { Libcni = "lies", Ours = "tells the truth" }),
            Passed("A", new CaseAttribute(7, "a|b")),
            Passed("B", new CaseAttribute(7, "a|b") { Libcni = "lies", Ours = "tells the truth" }))
            .Should().Contain(
                "| 7 | a\\|b | what is done | [A](../../tests/Some.Tests/SomeTests.cs)<br>[B](../../tests/Some.Tests/SomeTests.cs) | " +
                "libcni: lies. **Here:** tells the truth. |");

    [Fact]
    public void What_libcni_does_alone_is_done_here_too() =>
        Page(Passed("A", new CaseAttribute(7, "a|b") { Libcni = "waits" })).Should().Contain("| same (libcni: waits) |");

    [Fact]
    public void A_row_without_a_passed_test_has_none() =>
        Page(SkippedTest("A", new CaseAttribute(7, "a|b"))).Should().Contain("| 7 | a\\|b | what is done | **no test** |  |");

    [Fact]
    public void One_pass_is_enough_and_the_page_is_the_same_whichever_run_passed()
    {
        var here = Page(Passed("A", new CaseAttribute(7, "a|b")), SkippedTest("B", new CaseAttribute(7, "a|b")));
        var there = Page(SkippedTest("A", new CaseAttribute(7, "a|b")), Passed("B", new CaseAttribute(7, "a|b")));
        var everywhere = Page([.. Rows(), .. Rows()]);

        there.Should().Be(here);
        everywhere.Should().Be(here);
    }

    private static XElement[] Rows() => [Passed("A", new CaseAttribute(7, "a|b")), Passed("B", new CaseAttribute(7, "a|b"))];

    private static string Page(params XElement[] tests) => ConformancePage.Write(Conformity.Of(Demands, Numbered, Of(tests)));
}
