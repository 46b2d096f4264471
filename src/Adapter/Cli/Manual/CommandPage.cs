using System.CommandLine;
using System.CommandLine.Help;

namespace Bridge.Adapter.Cli.Manual;

/// <summary>A word of a command line, and what it means.</summary>
/// <param name="Term">As it is typed: <c>-o, --option KEY=VALUE</c>.</param>
/// <param name="Meaning">Sentences.</param>
internal sealed record Entry(string Term, string Meaning);

/// <summary>All that there is to say about one command. <c>--help</c> and the manual page are two forms of it.</summary>
/// <param name="Name">With the commands before it: <c>cnm-cni networks create</c>.</param>
/// <param name="Summary">The first sentence of the description.</param>
/// <param name="Description">Paragraphs.</param>
/// <param name="Usages">What may follow the name, in one way or another; each part is one unit.</param>
/// <param name="Arguments">In their order.</param>
/// <param name="Options">Its own first.</param>
/// <param name="Commands">Those below it, with their first sentences.</param>
/// <param name="Notes">What the command line itself does not show.</param>
internal sealed record CommandPage(
    string Name,
    string Summary,
    IReadOnlyList<string> Description,
    IReadOnlyList<IReadOnlyList<string>> Usages,
    IReadOnlyList<Entry> Arguments,
    IReadOnlyList<Entry> Options,
    IReadOnlyList<Entry> Commands,
    CommandNotes Notes)
{
    private static readonly string[] OfSubcommand = ["COMMAND"];

    public static CommandPage Of(Command command)
    {
        var name = Full(command);
        var notes = CommandNotes.Of(name);
        var arguments = command.Arguments.Where(argument => !argument.Hidden).ToArray();
        var options = OptionsOf(command).ToArray();
        return new CommandPage(
            name,
            FirstSentence(command.Description),
            [command.Description ?? "", .. notes.Description],
            [
                .. Where(command.Action is not null, Usage(arguments, options)),
                .. Where(command.Subcommands.Any(sub => !sub.Hidden), OfSubcommand),
            ],
            [.. arguments.Select(argument => new Entry(Label(argument), argument.Description ?? ""))],
            [.. options.Select(option => new Entry(Term(option), Meaning(option)))],
            [
                .. command.Subcommands.Where(sub => !sub.Hidden)
                    .Select(sub => new Entry(sub.Name, FirstSentence(sub.Description))),
            ],
            notes);
    }

    /// <summary>The command and all below it, in the order of <c>--help</c>.</summary>
    public static IEnumerable<CommandPage> All(Command command) =>
        [Of(command), .. command.Subcommands.Where(sub => !sub.Hidden).SelectMany(All)];

    private static string Full(Command command) => command is RootCommand ? "cnm-cni"
        : $"{Full(command.Parents.OfType<Command>().First())} {command.Name}";

    private static IEnumerable<Option> OptionsOf(Command command)
    {
        var inherited = new List<Option>();
        for (var outer = command.Parents.OfType<Command>().FirstOrDefault(); outer is not null;
            outer = outer.Parents.OfType<Command>().FirstOrDefault())
        {
            inherited.AddRange(outer.Options.Where(option => option.Recursive));
        }

        return command.Options.Concat(inherited).Where(option => !option.Hidden).OrderBy(option => option is HelpOption or VersionOption);
    }

    private static IEnumerable<string[]> Where(bool isSo, string[] usage) => isSo ? [usage] : [];

    private static string[] Usage(Argument[] arguments, Option[] options) =>
        [.. arguments.Select(InSynopsis), .. options.Where(option => option is not (HelpOption or VersionOption)).Select(InSynopsis)];

    private static string Label(Argument argument) => argument.HelpName ?? argument.Name;

    private static string InSynopsis(Argument argument)
    {
        var label = argument.Arity.MaximumNumberOfValues > 1 ? $"{Label(argument)}..." : Label(argument);
        return argument.Arity.MinimumNumberOfValues > 0 ? label : $"[{label}]";
    }

    private static string InSynopsis(Option option)
    {
        var label = $"{option.Name}{Value(option)}";
        return (option.Required ? label : $"[{label}]") + (option.Arity.MaximumNumberOfValues > 1 ? "..." : "");
    }

    // "-?" and "/h" are there for guests from other systems.
    private static string Term(Option option) =>
        string.Join(", ", option.Aliases.Where(alias => alias is ['-', not '?', ..]).Order(StringComparer.Ordinal).Append(option.Name)) +
        Value(option);

    private static string Value(Option option) => option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool) ? ""
        : $" {option.HelpName ?? option.Name.TrimStart('-').ToUpperInvariant()}";

    private static string Meaning(Option option) => option switch
    {
        HelpOption => "Show this text.",
        VersionOption => "Print the version.",
        { HasDefaultValue: true } when option.GetDefaultValue() is string { Length: > 0 } value =>
            $"{option.Description} Default: {value}.",
        _ => option.Description ?? "",
    };

    private static string FirstSentence(string? text) =>
        text?.IndexOf(". ", StringComparison.Ordinal) is > 0 and var end ? text[..(end + 1)] : text ?? "";
}
