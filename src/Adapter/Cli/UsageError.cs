using System.CommandLine;
using System.CommandLine.Parsing;

namespace Bridge.Adapter.Cli;

/// <summary>The error text for a command line that cannot be parsed.</summary>
internal static class UsageError
{
    private const int NearEnough = 2;

    public static string Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        return $"{What(parsed, command, Full(command))} {Full(command)} --help lists the commands and options.";
    }

    private static string What(ParseResult parsed, Command command, string full)
    {
        if (WithoutValue(parsed) is { } without)
            return $"{without.Name} needs {without.HelpName}.";

        if (parsed.UnmatchedTokens is [var word, ..])
        {
            return word.StartsWith('-') ? $"{full} has no option {word}."
                : command.Subcommands.Count == 0 ? $"\"{word}\" is one argument too many for {full}."
                : $"{full} has no command {word}.{Suggestion(command, word)}";
        }

        string[] missing = [.. command.Arguments.Where(
            argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is not { Tokens.Count: > 0 })
            .Select(argument => argument.Name)];
        return missing.Length > 0 ? $"{full} needs {string.Join(" and ", missing)}."
            : command.Subcommands.Count > 0 && parsed.CommandResult.Tokens.Count == 0 && parsed.Errors.Count == 1
                ? $"{full} needs a command: {string.Join(", ", command.Subcommands.Select(sub => sub.Name))}."
                : string.Join(' ', parsed.Errors.Select(error => error.Message));
    }

    // An option that took the next option for its value; null without one.
    private static Option? WithoutValue(ParseResult parsed)
    {
        var names = parsed.CommandResult.Command.Options.SelectMany(option => option.Aliases.Append(option.Name))
            .ToHashSet(StringComparer.Ordinal);
        return parsed.CommandResult.Children.OfType<OptionResult>()
            .FirstOrDefault(option => option.Tokens.Any(token => names.Contains(token.Value)))?.Option;
    }

    private static string Full(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent
        ? $"{Full(parent)} {command.Name}"
        : "cnm-cni";

    private static string Suggestion(Command command, string word) =>
        Spelling.Nearest(command.Subcommands.Select(sub => sub.Name), word, NearEnough) is { } nearest ? $" Did you mean {nearest}?" : "";
}
