using Bridge.TestResults;

namespace Bridge.Conformance;

/// <summary>A test that refers to a row.</summary>
/// <param name="Method">Its name.</param>
/// <param name="SourceFile">From the repository's root, as in <c>tests/X/Y.cs</c>; empty when unknown.</param>
/// <param name="End">Failed if it failed anywhere; else passed if it passed anywhere.</param>
internal sealed record ShownBy(string Method, string SourceFile, TestEnd End)
{
    private const string Tests = "/tests/";

    /// <param name="outcomes">Of one method: rows of a theory, classes that inherit it, engines.</param>
    public static ShownBy Of(IReadOnlyCollection<TestOutcome> outcomes)
    {
        var end = outcomes.Any(outcome => outcome.End == TestEnd.Failed) ? TestEnd.Failed
            : outcomes.Any(outcome => outcome.End == TestEnd.Passed) ? TestEnd.Passed
            : TestEnd.Skipped;
        var first = outcomes.OrderBy(outcome => outcome.SourceFile, StringComparer.Ordinal).First();
        var from = first.SourceFile.LastIndexOf(Tests, StringComparison.Ordinal);
        return new ShownBy(first.Method, from < 0 ? "" : first.SourceFile[(from + 1)..], end);
    }
}
