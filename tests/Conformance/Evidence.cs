using Bridge.TestResults;

namespace Bridge.Conformance;

/// <summary>What the tests say of one row.</summary>
/// <param name="Tests">By file and name.</param>
/// <param name="Libcni">What libcni does, in the words of each test that says so.</param>
/// <param name="Ours">What is done here instead; empty: the same.</param>
internal sealed record Evidence(IReadOnlyList<ShownBy> Tests, IReadOnlyList<string> Libcni, IReadOnlyList<string> Ours)
{
    /// <summary>Whether a test that passed somewhere shows it.</summary>
    public bool IsShown => Tests.Any(test => test.End == TestEnd.Passed);

    /// <param name="kind"><see cref="ConformanceTraits.Case"/> or <see cref="ConformanceTraits.Spec"/>.</param>
    public static Evidence Of(string kind, string id, IReadOnlyList<TestOutcome> outcomes)
    {
        var about = outcomes.Where(outcome => outcome.Traits[kind].Contains(id)).ToList();
        return new Evidence(
            [
                .. about.GroupBy(outcome => (outcome.SourceFile, outcome.Method))
                    .Select(method => ShownBy.Of([.. method]))
                    .OrderBy(test => test.SourceFile, StringComparer.Ordinal).ThenBy(test => test.Method, StringComparer.Ordinal),
            ],
            Words(about, ConformanceTraits.LibcniOf(kind, id)),
            Words(about, ConformanceTraits.OursOf(kind, id)));
    }

    private static IReadOnlyList<string> Words(IEnumerable<TestOutcome> outcomes, string trait) =>
        [.. outcomes.SelectMany(outcome => outcome.Traits[trait]).Distinct().Order(StringComparer.Ordinal)];
}
