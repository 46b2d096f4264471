using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Cli.Manual;

/// <summary>What <c>--help</c> and the manual say of a command besides its description, arguments and options.</summary>
internal sealed record CommandNotes
{
    private static readonly Entry Worked = new("0", "It worked.");
    private static readonly Entry Failed = new("1", "It did not: cnm-cni or Docker does not answer, or refuses.");
    private static readonly Entry Misuse = new("2", "The command line or the settings file is wrong.");

    /// <summary>Paragraphs after the command's own description.</summary>
    public IReadOnlyList<string> Description { get; init; } = [];

    /// <summary>A command line, and what it does.</summary>
    public IReadOnlyList<Entry> Examples { get; init; } = [];

    public IReadOnlyList<Entry> ExitCodes { get; init; } = [Worked, Failed, Misuse];

    /// <summary>Environment variables that it reads.</summary>
    public IReadOnlyList<Entry> Environment { get; init; } = [];

    /// <summary>Only in the manual.</summary>
    public IReadOnlyList<Entry> Files { get; init; } = [new(SettingsFile.DefaultPath, "The settings, if there are any.")];

    /// <summary>Names of pages in section 8, besides those of the commands above and below.</summary>
    public IReadOnlyList<string> SeeAlso { get; init; } = [];

    /// <param name="command">With the commands before it: <c>cnm-cni networks create</c>.</param>
    public static CommandNotes Of(string command) =>
        DaemonNotes.All.GetValueOrDefault(command) ?? OperatorNotes.All.GetValueOrDefault(command)
            ?? CniNotes.All.GetValueOrDefault(command) ?? new CommandNotes();

    /// <summary>The exit codes of a command that fails in a way of its own.</summary>
    /// <param name="failure">When it exits with 1.</param>
    public static IReadOnlyList<Entry> FailsWhen(string failure) => [Worked, new("1", failure), Misuse];
}
