using Bridge.TestResults;

namespace Bridge.Conformance;

/// <summary>The catalogue with what the tests show of it.</summary>
internal sealed record Conformity(
    IReadOnlyList<(Requirement Requirement, Evidence Evidence)> Requirements, IReadOnlyList<(NumberedCase Case, Evidence Evidence)> Cases)
{
    public static Conformity Of(IReadOnlyList<Requirement> requirements, IReadOnlyList<NumberedCase> cases, IReadOnlyList<TestOutcome> outcomes) => new(
        [.. requirements.Select(requirement => (requirement, Evidence.Of(ConformanceTraits.Spec, requirement.Id, outcomes)))],
        [.. cases.Select(numbered => (numbered, Evidence.Of(ConformanceTraits.Case, numbered.Id, outcomes)))]);

    /// <returns>A sentence for each row that no test shows, and each test that failed or refers to a row that there is not.</returns>
    public IReadOnlyList<string> Shortcomings(IReadOnlyList<TestOutcome> outcomes) =>
    [
        .. Requirements.Where(row => row.Requirement.PluginsOwn is null && !row.Evidence.IsShown).Select(row => $"no passed test shows \"{row.Requirement.Id}\""),
        .. Requirements.Where(row => row.Requirement.PluginsOwn is not null && row.Evidence.Tests.Count > 0)
            .Select(row => $"\"{row.Requirement.Id}\" is the plugin's own, but a test shows it"),
        .. Cases.Where(row => !row.Evidence.IsShown).Select(row => $"no passed test shows case {row.Case.Id}"),
        .. Requirements.Select(row => row.Evidence).Concat(Cases.Select(row => row.Evidence)).SelectMany(evidence => evidence.Tests)
            .Where(test => test.End == TestEnd.Failed).Select(test => $"{test.Method} failed").Distinct(),
        .. Unknown(ConformanceTraits.Spec, outcomes, Requirements.Select(row => row.Requirement.Id)),
        .. Unknown(ConformanceTraits.Case, outcomes, Cases.Select(row => row.Case.Id)),
    ];

    private static IEnumerable<string> Unknown(string kind, IEnumerable<TestOutcome> outcomes, IEnumerable<string> known) =>
        from reference in outcomes.SelectMany(outcome => outcome.Traits[kind].Select(id => (outcome.Method, Id: id))).Distinct()
        where !known.Contains(reference.Id)
        select $"{reference.Method} refers to {kind} \"{reference.Id}\", which the catalogue does not have";
}
