using Bridge.TestResults;

namespace Bridge.Compatibility;

/// <summary>What the tests of one row found on one engine.</summary>
/// <param name="Tests">How many tests say so.</param>
/// <param name="Reasons">Why it is not a plain yes.</param>
internal sealed record Cell(Verdict Verdict, int Tests, IReadOnlyList<string> Reasons)
{
    // How a skip begins whose reason is the engine or its plugins, not the machine of the test.
    private const string OfEngine = "engine: ";
    private const string OfPlugins = "plugin: ";

    /// <param name="tests">Those of the feature.</param>
    public static Cell OfFeature(string feature, IReadOnlyList<TestOutcome> tests)
    {
        var passed = tests.Where(test => test.End == TestEnd.Passed).ToLookup(test => test.RefusalOf(feature) is null);
        var refusals = passed[false].Select(test => test.RefusalOf(feature)!);
        // An engine on which a refusal cannot be tested has what is refused elsewhere; and with which plugins a feature was shown is said beside it.
        var lacks = Lacks(tests.Where(test => test.RefusalOf(feature) is null), passed[true].Any() ? [OfEngine] : [OfEngine, OfPlugins]);
        var exceptions = passed[true].SelectMany(test => test.ExceptionsTo(feature));
        return Of(tests, [.. passed[true]], [.. refusals, .. lacks, .. exceptions], test => test.StandIns.Any(), passed[false].Count());
    }

    /// <param name="tests">Those that run the plugin or a script in its place.</param>
    public static Cell OfPlugin(string plugin, IReadOnlyList<TestOutcome> tests)
    {
        // A refusal says nothing against the plugins of its chain, and what an engine lacks is no fault of theirs: unless nothing else is known.
        var passed = tests.Where(test => test.End == TestEnd.Passed).ToLookup(test => test.Features.All(feature => test.RefusalOf(feature) is null));
        var refusals = passed[false].SelectMany(test => test.Features.Select(test.RefusalOf).OfType<string>());
        List<string> reasons = passed[true].Any() ? [] : [.. refusals, .. Lacks(tests, OfEngine, OfPlugins)];
        return Of(tests, [.. passed[true]], reasons, test => test.StandIns.Contains(plugin), passed[false].Count());
    }

    public override string ToString()
    {
        var count = Verdict is Verdict.NotTested || Tests == 0 ? "" : $" ({Tests})";
        return $"{Verdict.Words()}{count}{(Reasons.Count == 0 ? "" : $": {string.Join("; ", Reasons)}")}";
    }

    private static Cell Of(
        IReadOnlyList<TestOutcome> tests, IReadOnlyList<TestOutcome> works, IReadOnlyList<string> against, Predicate<TestOutcome> isStandIn, int refusals)
    {
        IReadOnlyList<string> reasons = [.. against.Distinct().Order(StringComparer.Ordinal)];
        if (tests.Count(test => test.End == TestEnd.Failed) is > 0 and var failures)
            return new Cell(Verdict.Failed, failures, []);

        if (works.Count > 0)
        {
            return works.All(test => isStandIn(test))
                ? new Cell(Verdict.StandInOnly, works.Count, reasons)
                : new Cell(reasons.Count == 0 ? Verdict.Yes : Verdict.InPart, works.Count(test => !isStandIn(test)), reasons);
        }

        return reasons.Count > 0
            ? new Cell(Verdict.No, refusals, reasons)
            : new Cell(Verdict.NotTested, 0, [.. tests.Select(test => test.SkipReason).Where(IsOfKernel).Distinct().Order(StringComparer.Ordinal)]);
    }

    // What else a machine lacked is of interest to nobody but its owner.
    private static bool IsOfKernel(string reason) => reason.Contains("kernel", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Lacks(IEnumerable<TestOutcome> tests, params IReadOnlyList<string> prefixes) =>
        from test in tests
        where test.End == TestEnd.Skipped
        from prefix in prefixes
        where test.SkipReason.StartsWith(prefix, StringComparison.Ordinal)
        select test.SkipReason[prefix.Length..];
}
