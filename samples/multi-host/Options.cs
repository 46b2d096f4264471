using System.Globalization;
using Bridge.TestHosts.Racks;

namespace Bridge.Samples.MultiHost;

/// <summary>What was asked for on the command line.</summary>
internal sealed record Options
{
    private const int FewestHosts = 2;
    private const int MostHosts = 6;

    public const string Usage = "usage: ./bridge demo --hosts [N] [--backend host-gw | vxlan] [--cost]     (N: 2 to 6, by default 3)";

    public int Hosts { get; init; } = 3;

    public Backend Backend { get; init; } = Backend.HostGateway;

    /// <summary>Instead of the story: what a container costs on one host alone, and on the same host beside others.</summary>
    public bool ShowsCost { get; init; }

    /// <summary>Null where the words make no sense.</summary>
    public static Options? Parse(ReadOnlySpan<string> words) => words switch
    {
        [] => new Options(),
        ["--hosts", var number, .. var rest] when Number(number) is { } hosts and >= FewestHosts and <= MostHosts =>
            Parse(rest) is { } options ? options with { Hosts = hosts } : null,
        ["--hosts", .. var rest] when rest is [] or [['-', ..], ..] => Parse(rest),
        ["--backend", "host-gw", .. var rest] => Parse(rest) is { } options ? options with { Backend = Backend.HostGateway } : null,
        ["--backend", "vxlan", .. var rest] => Parse(rest) is { } options ? options with { Backend = Backend.Vxlan } : null,
        ["--cost", .. var rest] => Parse(rest) is { } options ? options with { ShowsCost = true } : null,
        _ => null,
    };

    private static int? Number(string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
