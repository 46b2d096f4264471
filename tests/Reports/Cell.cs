namespace Bridge.Reports;

/// <summary>The first words of a cell.</summary>
internal enum Verdict
{
    /// <summary>No test of it ran on that engine.</summary>
    NotTested,

    /// <summary>Tests passed; notes say what falls short.</summary>
    Yes,

    /// <summary>It is refused, or the engine or its plugins lack what it needs; notes say which.</summary>
    No,

    Failed,
}

/// <summary>What the tests of one row found on one engine.</summary>
/// <param name="Tests">How many tests say so.</param>
internal sealed record Cell(Verdict Verdict, int Tests, IReadOnlyList<string> Notes)
{
    /// <summary>The note of a row that no test has shown with the plugin itself.</summary>
    public const string StandInNote =
        "A script ran in place of the plugin, because the tests lack the kernel's part or the cluster that the plugin needs: " +
        "**untested with the plugin itself**.";

    /// <summary>Verdict and count, without the notes.</summary>
    public string Text => $"{TextOf(Verdict)}{(Verdict is Verdict.NotTested || Tests == 0 ? "" : $" ({Tests})")}";

    /// <param name="tests">Those of the feature.</param>
    public static Cell OfFeature(string feature, IReadOnlyList<TestOutcome> tests)
    {
        var passed = tests.Where(test => test.End == TestEnd.Passed).ToLookup(test => test.RefusalOf(feature) is null);
        // An engine on which a refusal cannot be tested has what is refused elsewhere. The page lists the plugins that showed a feature.
        var lacks = Lacks(
            tests.Where(test => test.RefusalOf(feature) is null),
            passed[true].Any() ? [TestOutcome.OfEngine] : [TestOutcome.OfEngine, TestOutcome.OfPlugins]);
        var refusals = passed[false].Select(test => test.RefusalOf(feature)!);
        var exceptions = passed[true].SelectMany(test => test.ExceptionsTo(feature));
        return Of(tests, [.. passed[true]], [.. refusals, .. lacks, .. exceptions], test => test.StandIns.Any(), passed[false].Count());
    }

    /// <param name="tests">Those that run the plugin or a script in its place.</param>
    public static Cell OfPlugin(string plugin, IReadOnlyList<TestOutcome> tests)
    {
        // The plugins of a chain are not to blame for a refusal, or for what the engine lacks. Both count only where nothing else is known.
        var passed = tests.Where(test => test.End == TestEnd.Passed)
            .ToLookup(test => test.Features.All(feature => test.RefusalOf(feature) is null));
        var refusals = passed[false].SelectMany(test => test.Features.Select(test.RefusalOf).OfType<string>());
        List<string> notes = passed[true].Any() ? [] : [.. refusals, .. Lacks(tests, TestOutcome.OfEngine, TestOutcome.OfPlugins)];
        return Of(tests, [.. passed[true]], notes, test => test.StandIns.Contains(plugin), passed[false].Count());
    }

    public static string TextOf(Verdict verdict) => verdict switch
    {
        Verdict.NotTested => "not tested",
        Verdict.Yes => "yes",
        Verdict.No => "no",
        _ => "**FAILED**",
    };

    public override string ToString() => $"{Text}{(Notes.Count == 0 ? "" : $": {string.Join("; ", Notes)}")}";

    private static Cell Of(
        IReadOnlyList<TestOutcome> tests,
        IReadOnlyList<TestOutcome> works,
        List<string> notes,
        Predicate<TestOutcome> isStandIn,
        int refusals)
    {
        if (tests.Count(test => test.End == TestEnd.Failed) is > 0 and var failures)
            return new Cell(Verdict.Failed, failures, []);

        if (works.Count(test => !isStandIn(test)) is > 0 and var real)
            return new Cell(Verdict.Yes, real, Sorted(notes));

        if (works.Count > 0)
            return new Cell(Verdict.Yes, works.Count, Sorted([.. notes, StandInNote]));

        // Only the kernel is named: what else the machine lacked concerns its owner alone.
        return notes.Count > 0
            ? new Cell(Verdict.No, refusals, Sorted(notes))
            : new Cell(Verdict.NotTested, 0, Sorted(tests.Where(test => test.IsSkippedForKernel).Select(test => test.SkipReason)));
    }

    private static IReadOnlyList<string> Sorted(IEnumerable<string> notes) => [.. notes.Distinct().Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Lacks(IEnumerable<TestOutcome> tests, params IReadOnlyList<string> prefixes) =>
        from test in tests
        where test.End == TestEnd.Skipped
        from prefix in prefixes
        where test.SkipReason.StartsWith(prefix, StringComparison.Ordinal)
        select test.SkipReason[prefix.Length..];
}
