using System.Globalization;

namespace Bridge.Benchmarks;

/// <summary>What is measured, and how often.</summary>
/// <param name="Engine">The Docker Engine of the test hosts; null: this machine's.</param>
/// <param name="Rounds">Of the sections that compare containers; in each, every case has its turn.</param>
/// <param name="Sections">Names of sections; empty: all.</param>
/// <param name="Cases">Names of cases; empty: all. docker0 is always measured.</param>
/// <param name="IsQuick">Shows in a few minutes that everything can be measured. Its figures are not kept.</param>
/// <param name="Program">The cnm-cni to measure; null: the published one.</param>
internal sealed record BenchmarkOptions(
    string? Engine, int? Rounds, IReadOnlyList<string> Sections, IReadOnlyList<string> Cases, bool IsQuick, string? Program)
{
    public const string Usage =
        "./bridge bench [--engine VERSION] [--rounds N] [--only SECTION | CASE]... [--quick] [--binary PATH]";

    private static readonly BenchmarkOptions Usual = new(null, null, [], [], IsQuick: false, null);

    /// <summary>What does not scale with <see cref="Rounds"/> takes its number from here.</summary>
    public int Times(int usual, int quick) => IsQuick ? quick : usual;

    /// <summary>The rounds of a section that has <paramref name="usual"/> of them.</summary>
    public int RoundsOf(int usual) => IsQuick ? Rounds ?? 2 : Rounds is { } rounds ? Math.Max(2, rounds * usual / UsualRounds) : usual;

    /// <summary>The rounds of the section "starts".</summary>
    public const int UsualRounds = 100;

    public bool IncludesSection(string name) => Sections.Count == 0 || Sections.Contains(name);

    public bool IncludesCase(string name) => Cases.Count == 0 || Cases.Contains(name);

    /// <summary>Null when they are not understood.</summary>
    /// <param name="arguments">Of the command line.</param>
    /// <param name="sections">The names of all sections.</param>
    /// <param name="cases">The names of all cases.</param>
    public static BenchmarkOptions? Parse(ReadOnlySpan<string> arguments, IReadOnlyList<string> sections, IReadOnlyList<string> cases)
    {
        switch (arguments)
        {
            case []:
                return Usual;
            case ["--quick", .. var rest]:
                return Parse(rest, sections, cases) is { } others ? others with { IsQuick = true } : null;
            case ["--engine", var version, .. var rest]:
                return Parse(rest, sections, cases) is { } engine ? engine with { Engine = version } : null;
            case ["--binary", var path, .. var rest]:
                return Parse(rest, sections, cases) is { } program ? program with { Program = Path.GetFullPath(path) } : null;
            case ["--rounds", var text, .. var rest] when int.TryParse(text, CultureInfo.InvariantCulture, out var rounds) && rounds > 1:
                return Parse(rest, sections, cases) is { } counted ? counted with { Rounds = rounds } : null;
            case ["--only", var name, .. var rest] when sections.Contains(name):
                return Parse(rest, sections, cases) is { } some ? some with { Sections = [name, .. some.Sections] } : null;
            case ["--only", var name, .. var rest] when cases.Contains(name):
                return Parse(rest, sections, cases) is { } few ? few with { Cases = [name, .. few.Cases] } : null;
            default:
                return null;
        }
    }
}
