using System.Globalization;

namespace Bridge.Benchmarks;

/// <summary>What is measured, and how often.</summary>
/// <param name="Runs">Of everything that is compared; 30.</param>
/// <param name="Only">starts, invoker or footprint; null: all.</param>
internal sealed record BenchmarkOptions(int Runs, string? Only)
{
    public const string Usage = "./bridge bench [--runs N] [--only starts | invoker | footprint]";

    private const int UsualRuns = 30;

    public bool Includes(string part) => Only is null || Only == part;

    /// <summary>Null when they are not understood.</summary>
    public static BenchmarkOptions? Parse(ReadOnlySpan<string> arguments) => arguments switch
    {
        [] => new BenchmarkOptions(UsualRuns, Only: null),
        ["--runs", var text, .. var rest] when int.TryParse(text, CultureInfo.InvariantCulture, out var runs) && runs > 0 =>
            Parse(rest) is { } others ? others with { Runs = runs } : null,
        ["--only", "starts" or "invoker" or "footprint", .. var rest] =>
            Parse(rest) is { } others ? others with { Only = arguments[1] } : null,
        _ => null,
    };
}
