using System.Globalization;

namespace Bridge.Soak;

/// <summary>What was asked for on the command line.</summary>
internal sealed record SoakOptions
{
    public const string Usage = "usage: Soak [--minutes M] [--kills K] [--warm N] [--seed S] [--logs DIR]";

    /// <summary>How long there are faults; 10 by default, without preparation and settling.</summary>
    public int Minutes { get; init; } = 10;

    /// <summary>No more faults after so many kills of processes; null: only time ends them.</summary>
    public int? Kills { get; init; }

    /// <summary>
    /// How many warm attachments each Docker network keeps while there are faults, which are used again; 0 by default.
    /// </summary>
    public int Warm { get; init; }

    /// <summary>The seed of all random decisions; by default another one for each run.</summary>
    public int Seed { get; init; } = Random.Shared.Next();

    /// <summary>
    /// Where the daemons' logs, the order of events and both censuses are left, in a directory for each seed; "soak" in the working
    /// directory by default.
    /// </summary>
    public string Logs { get; init; } = Path.GetFullPath("soak");

    /// <summary>Null where the words make no sense.</summary>
    public static SoakOptions? Parse(ReadOnlySpan<string> words) => words switch
    {
        [] => new SoakOptions(),
        ["--minutes", var number, .. var rest] when Number(number) is { } minutes and > 0 =>
            Parse(rest) is { } options ? options with { Minutes = minutes } : null,
        ["--kills", var number, .. var rest] when Number(number) is { } kills and > 0 =>
            Parse(rest) is { } options ? options with { Kills = kills } : null,
        ["--warm", var number, .. var rest] when Number(number) is { } warm and <= 64 =>
            Parse(rest) is { } options ? options with { Warm = warm } : null,
        ["--seed", var number, .. var rest] when Number(number) is { } seed =>
            Parse(rest) is { } options ? options with { Seed = seed } : null,
        ["--logs", var directory, .. var rest] => Parse(rest) is { } options ? options with { Logs = Path.GetFullPath(directory) } : null,
        _ => null,
    };

    private static int? Number(string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
