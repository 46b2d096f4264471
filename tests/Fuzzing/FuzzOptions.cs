using System.Globalization;
using Bridge.Fuzzing.Targets;

namespace Bridge.Fuzzing;

/// <summary>What was asked for on the command line.</summary>
internal sealed record FuzzOptions
{
    public static readonly string Usage =
        $"usage: Fuzzing [--seconds N] [--target {string.Join(
            " | ", FuzzTargets.Names)}] [--seed S] [--corpus DIR] [--findings DIR] [--keep]";

    /// <summary>How long the targets take together; 60 unless told.</summary>
    public int Seconds { get; init; } = 60;

    /// <summary>All of them unless told.</summary>
    public IReadOnlyList<string> Targets { get; init; } = FuzzTargets.Names;

    /// <summary>What all changes follow from; another one for each run unless told.</summary>
    public int Seed { get; init; } = Random.Shared.Next();

    /// <summary>The folders of inputs to begin with, one for each target; those beside the program unless told.</summary>
    public string Corpus { get; init; } = Path.Combine(AppContext.BaseDirectory, "Corpus");

    /// <summary>Where inputs are saved that the library does not bear; "findings" in the working directory by default.</summary>
    public string Findings { get; init; } = "findings";

    /// <summary>Whether inputs that lead to new edges are added to the corpus.</summary>
    public bool Keep { get; init; }

    /// <summary>Null where the words make no sense.</summary>
    public static FuzzOptions? Parse(ReadOnlySpan<string> words) => words switch
    {
        [] => new FuzzOptions(),
        ["--keep", .. var rest] => Parse(rest) is { } options ? options with { Keep = true } : null,
        ["--target", var name, .. var rest] when FuzzTargets.Names.Contains(name) =>
            Parse(rest) is { } options ? options with { Targets = [name] } : null,
        ["--corpus", var directory, .. var rest] when Directory.Exists(directory) =>
            Parse(rest) is { } options ? options with { Corpus = Path.GetFullPath(directory) } : null,
        ["--findings", var directory, .. var rest] =>
            Parse(rest) is { } options ? options with { Findings = Path.GetFullPath(directory) } : null,
        ["--seed", var number, .. var rest] when Number(number) is { } seed =>
            Parse(rest) is { } options ? options with { Seed = seed } : null,
        ["--seconds", var number, .. var rest] when Number(number) is { } seconds and > 0 =>
            Parse(rest) is { } options ? options with { Seconds = seconds } : null,
        _ => null,
    };

    private static int? Number(string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
