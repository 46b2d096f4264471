namespace Bridge.Compatibility;

/// <summary>The first words of a cell.</summary>
internal enum Verdict
{
    /// <summary>No test of it ran there.</summary>
    NotTested,

    /// <summary>Every test of it passed.</summary>
    Yes,

    /// <summary>What the engine can do of it works; the rest is refused.</summary>
    InPart,

    /// <summary>It is refused, or the engine or its plugins lack what it needs.</summary>
    No,

    /// <summary>It works with a script in the plugin's place; the plugin itself needs a kernel that the tests did not have.</summary>
    StandInOnly,

    Failed,
}

internal static class VerdictWords
{
    private static readonly (Verdict Verdict, string Words)[] All =
    [
        (Verdict.NotTested, "not tested"),
        (Verdict.Yes, "yes"),
        (Verdict.InPart, "in part"),
        (Verdict.StandInOnly, "stand-in only"),
        (Verdict.Failed, "**FAILED**"),
        (Verdict.No, "no"),
    ];

    public static string Words(this Verdict verdict) => All.Single(pair => pair.Verdict == verdict).Words;

    /// <returns>What the cell says; null when it is no verdict's.</returns>
    public static Verdict? In(string cell) =>
        All.Where(pair => cell.StartsWith(pair.Words, StringComparison.Ordinal)).Select(pair => (Verdict?)pair.Verdict).FirstOrDefault();
}
