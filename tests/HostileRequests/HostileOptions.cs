using System.Globalization;

namespace Bridge.HostileRequests;

/// <summary>What was asked for on the command line.</summary>
internal sealed record HostileOptions
{
    public const string Usage = "usage: HostileRequests [--requests N] [--seed S] [--connections N]";

    /// <summary>How many requests are sent, apart from those of the sample that is traced.</summary>
    public int Requests { get; init; } = 20_000;

    /// <summary>
    /// The seed of all requests; by default another one for each run. The scheduler decides how those of several connections mix.
    /// </summary>
    public int Seed { get; init; } = Random.Shared.Next();

    /// <summary>How many connections send at once.</summary>
    public int Connections { get; init; } = 8;

    /// <summary>Null where the words make no sense.</summary>
    public static HostileOptions? Parse(ReadOnlySpan<string> words) => words switch
    {
        [] => new HostileOptions(),
        ["--requests", var number, .. var rest] when Number(number) is { } requests and >= 100 =>
            Parse(rest) is { } options ? options with { Requests = requests } : null,
        ["--seed", var number, .. var rest] when Number(number) is { } seed =>
            Parse(rest) is { } options ? options with { Seed = seed } : null,
        ["--connections", var number, .. var rest] when Number(number) is { } connections and > 0 =>
            Parse(rest) is { } options ? options with { Connections = connections } : null,
        _ => null,
    };

    private static int? Number(string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
