using System.Xml.Linq;

namespace Bridge.Reports;

/// <summary>How many tests of one suite, or of several, passed, failed and were skipped, and the text of each failure.</summary>
internal sealed record TestSummary(int Passed, int Failed, int Skipped, IReadOnlyList<string> Failures)
{
    // A message may hold the logs of a whole test host.
    private const int MessageLines = 12;
    private const int LineLength = 400;

    /// <param name="results">As xUnit writes them; null when the suite wrote none.</param>
    /// <param name="exitCode">The suite's; a failure that no test shows counts as one.</param>
    /// <param name="isEverythingInstalled">Whether a skip is a failure unless the kernel, the engine or its plugins are the reason.</param>
    public static TestSummary Of(string suite, XElement? results, int exitCode, bool isEverythingInstalled)
    {
        if (results is null)
            return new TestSummary(0, 1, 0, [$"{suite} wrote no results (exit code {exitCode})."]);

        var tests = TestOutcome.All(results);
        var skips = tests.ToLookup(test => test.End == TestEnd.Skipped && isEverythingInstalled && !IsExcused(test));
        List<string> failures =
        [
            .. tests.Where(test => test.End == TestEnd.Failed).Select(test => Shortened($"{test.Name}\n{test.Failure}")),
            .. skips[true].Select(test => $"{test.Name}\nskipped, but not for the kernel, the engine or its plugins: {test.SkipReason}"),
            .. results.Descendants("error")
                .Select(error => Shortened($"{suite}: {(string?)error.Attribute("type")}\n{error.Value.Trim()}")),
        ];
        if (tests.Count == 0)
            failures.Add($"{suite} ran no test.");
        if (exitCode != 0 && failures.Count == skips[true].Count())
            failures.Add($"{suite} ended with exit code {exitCode}.");

        return new TestSummary(
            tests.Count(test => test.End == TestEnd.Passed),
            failures.Count,
            skips[false].Count(test => test.End == TestEnd.Skipped),
            failures);
    }

    public static TestSummary Sum(IReadOnlyList<TestSummary> suites) => new(
        suites.Sum(suite => suite.Passed),
        suites.Sum(suite => suite.Failed),
        suites.Sum(suite => suite.Skipped),
        [.. suites.SelectMany(suite => suite.Failures)]);

    /// <returns>The failures, and the line that CI reads last: <c>N passed, N failed, N skipped</c>.</returns>
    public override string ToString() =>
        string.Concat(Failures.Select(failure => $"FAILED: {failure}\n\n")) + $"{Passed} passed, {Failed} failed, {Skipped} skipped";

    private static bool IsExcused(TestOutcome test) =>
        test.IsSkippedForKernel
        || test.SkipReason.StartsWith(TestOutcome.OfEngine, StringComparison.OrdinalIgnoreCase)
        || test.SkipReason.StartsWith(TestOutcome.OfPlugins, StringComparison.OrdinalIgnoreCase);

    private static string Shortened(string failure) => string.Join(
        '\n', failure.Split('\n').Take(MessageLines + 1).Select(line => line.Length > LineLength ? line[..LineLength] : line)).TrimEnd();
}
