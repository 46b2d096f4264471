namespace Bridge.Samples.Live;

/// <summary>What the command line asks for.</summary>
/// <param name="Recording">The file that the animated picture is written to; null: the page stays open until Ctrl-C.</param>
internal sealed record Options(string? Recording)
{
    public const string Usage = "./bridge demo --web | --record [FILE.webp]";

    private const string UsualFile = "docs/images/ui.webp";

    /// <summary>Null when they are not understood.</summary>
    public static Options? Parse(ReadOnlySpan<string> arguments) => arguments switch
    {
        ["--web"] => new Options(Recording: null),
        ["--record"] => new Options(Path.GetFullPath(UsualFile)),
        ["--record", var file] when file.EndsWith(".webp", StringComparison.OrdinalIgnoreCase) => new Options(Path.GetFullPath(file)),
        _ => null,
    };
}
