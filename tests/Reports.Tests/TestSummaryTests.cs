using System.Xml.Linq;
using static Bridge.Reports.Tests.Outcomes;

namespace Bridge.Reports.Tests;

public sealed class TestSummaryTests
{
    [Fact]
    public void Tests_are_counted_by_how_they_ended() =>
        Count(Results(Passed(), Passed(), Failed(), Skipped("no time")), exitCode: 1).Should().Be((2, 1, 1));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 1)]
    public void A_suite_that_ran_no_test_has_failed(int exitCode, int failed) => Count(Results(), exitCode).Should().Be((0, failed, 0));

    [Fact]
    public void An_exit_code_that_no_test_explains_is_a_failure() => Count(Results(Passed()), exitCode: 139).Should().Be((1, 1, 0));

    [Fact]
    public void An_error_outside_the_tests_is_a_failure()
    {
        var error =
            new XElement(
                "error", new XAttribute("type", "class-cleanup-failure"), new XElement("failure", new XElement("message", "too late")));

        var summary = TestSummary.Of("Suite", Results(Passed(), new XElement("errors", error)), 1, isEverythingInstalled: false);

        summary.Failures.Should().Equal("Suite: class-cleanup-failure\ntoo late");
    }

    [Theory]
    [InlineData("the Kernel has no macvlan", 0)]
    [InlineData("engine: too old", 0)]
    [InlineData("plugin: too old", 0)]
    [InlineData("docker-compose is not installed", 1)]
    public void Where_everything_is_installed_only_kernel_engine_and_plugins_excuse_a_skip(string reason, int failed)
    {
        var summary = TestSummary.Of("Suite", Results(Passed(), Skipped(reason)), 0, isEverythingInstalled: true);

        (summary.Failed, summary.Skipped).Should().Be((failed, 1 - failed));
    }

    [Fact]
    public void A_long_message_is_cut()
    {
        var failure =
            TestSummary.Of("Suite", Results(Failed("It", new string('x', 1000) + string.Concat(Enumerable.Repeat("\nlog", 100)))), 1, true)
            .Failures.Single();

        failure.Split('\n').Should().HaveCount(13).And.OnlyContain(line => line.Length <= 400);
    }

    private static (int Passed, int Failed, int Skipped) Count(XElement results, int exitCode)
    {
        var summary = TestSummary.Of("Suite", results, exitCode, isEverythingInstalled: false);
        return (summary.Passed, summary.Failed, summary.Skipped);
    }
}
