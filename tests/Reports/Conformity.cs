namespace Bridge.Reports;

/// <summary>The catalogue with what the tests show of it.</summary>
internal sealed record Conformity(
    IReadOnlyList<(Requirement Requirement, Evidence Evidence)> Requirements, IReadOnlyList<(NumberedCase Case, Evidence Evidence)> Cases)
{
    public static Conformity Of(
        IReadOnlyList<Requirement> requirements, IReadOnlyList<NumberedCase> cases, IReadOnlyList<TestOutcome> outcomes) => new(
        [.. requirements.Select(requirement => (requirement, Evidence.Of(ReportTraits.Spec, requirement.Id, outcomes)))],
        [.. cases.Select(numbered => (numbered, Evidence.Of(ReportTraits.Case, numbered.Id, outcomes)))]);

    /// <returns>A sentence for each row that no test shows, and for each test that failed or names a row that does not exist.</returns>
    public IReadOnlyList<string> Shortcomings(IReadOnlyList<TestOutcome> outcomes) =>
    [
        .. Requirements.Where(row => row.Requirement.PluginsOwn is null && !row.Evidence.IsShown)
            .Select(row => $"no passed test shows \"{row.Requirement.Id}\""),
        .. Requirements.Where(row => row.Requirement.PluginsOwn is not null && row.Evidence.Tests.Count > 0)
            .Select(row => $"\"{row.Requirement.Id}\" is the plugin's own, but a test shows it"),
        .. Cases.Where(row => !row.Evidence.IsShown).Select(row => $"no passed test shows case {row.Case.Id}"),
        .. Requirements.Select(row => row.Evidence).Concat(Cases.Select(row => row.Evidence)).SelectMany(evidence => evidence.Tests)
            .Where(test => test.End == TestEnd.Failed).Select(test => $"{test.Method} failed").Distinct(),
        .. Unknown(ReportTraits.Spec, outcomes, Requirements.Select(row => row.Requirement.Id)),
        .. Unknown(ReportTraits.Case, outcomes, Cases.Select(row => row.Case.Id)),
    ];

    private static IEnumerable<string> Unknown(string kind, IEnumerable<TestOutcome> outcomes, IEnumerable<string> known) =>
        from reference in outcomes.SelectMany(outcome => outcome.Traits[kind].Select(id => (outcome.Method, Id: id))).Distinct()
        where !known.Contains(reference.Id)
        select $"{reference.Method} refers to {kind} \"{reference.Id}\", which the catalogue does not have";
}

/// <summary>What the tests show of one row.</summary>
/// <param name="Tests">By file and name.</param>
/// <param name="Libcni">What libcni does, as each test that says so puts it.</param>
/// <param name="Ours">What CniInvoker does instead; empty: the same.</param>
internal sealed record Evidence(IReadOnlyList<ShownBy> Tests, IReadOnlyList<string> Libcni, IReadOnlyList<string> Ours)
{
    /// <summary>Whether a test that passed in some run shows it.</summary>
    public bool IsShown => Tests.Any(test => test.End == TestEnd.Passed);

    /// <param name="kind"><see cref="ReportTraits.Case"/> or <see cref="ReportTraits.Spec"/>.</param>
    public static Evidence Of(string kind, string id, IReadOnlyList<TestOutcome> outcomes)
    {
        var about = outcomes.Where(outcome => outcome.Traits[kind].Contains(id)).ToList();
        return new Evidence(
            [
                .. about.GroupBy(outcome => (outcome.SourceFile, outcome.Method)).Select(method => ShownBy.Of([.. method]))
                    .OrderBy(test => test.SourceFile, StringComparer.Ordinal).ThenBy(test => test.Method, StringComparer.Ordinal),
            ],
            Values(about, ReportTraits.LibcniOf(kind, id)),
            Values(about, ReportTraits.OursOf(kind, id)));
    }

    private static IReadOnlyList<string> Values(IEnumerable<TestOutcome> outcomes, string trait) =>
        [.. outcomes.SelectMany(outcome => outcome.Traits[trait]).Distinct().Order(StringComparer.Ordinal)];
}

/// <summary>A test that shows a row.</summary>
/// <param name="SourceFile">From the repository's root, as in <c>tests/X/Y.cs</c>; empty when unknown.</param>
/// <param name="End">Failed if it failed in any run; else passed if it passed in any.</param>
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
