using System.CommandLine;
using System.CommandLine.Parsing;

namespace Bridge.Adapter.Cli;

/// <summary>What is wrong with a command line that cannot be understood, in a sentence for the person who typed it.</summary>
internal static class WrongWords
{
    private const int NearEnough = 2;

    public static string Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        return $"{What(parsed, command, Full(command))} {Full(command)} --help tells what there is.";
    }

    private static string What(ParseResult parsed, Command command, string full)
    {
        if (WithoutValue(parsed) is { } without)
            return $"{without.Name} needs {without.HelpName}.";

        if (parsed.UnmatchedTokens is [var word, ..])
        {
            return word.StartsWith('-') ? $"{full} has no option {word}."
                : command.Subcommands.Count == 0 ? $"\"{word}\" is one word too many for {full}."
                : $"{full} has no command {word}.{Suggestion(command, word)}";
        }

        string[] missing = [.. command.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is not { Tokens.Count: > 0 }).Select(argument => argument.Name)];
        return missing.Length > 0 ? $"{full} needs {string.Join(" and ", missing)}."
            : command.Subcommands.Count > 0 && parsed.CommandResult.Tokens.Count == 0 && parsed.Errors.Count == 1
                ? $"{full} needs a command: {string.Join(", ", command.Subcommands.Select(sub => sub.Name))}."
                : string.Join(' ', parsed.Errors.Select(error => error.Message));
    }

    // Null: none took the next one for its value.
    private static Option? WithoutValue(ParseResult parsed)
    {
        var names = parsed.CommandResult.Command.Options.SelectMany(option => option.Aliases.Append(option.Name)).ToHashSet(StringComparer.Ordinal);
        return parsed.CommandResult.Children.OfType<OptionResult>().FirstOrDefault(option => option.Tokens.Any(token => names.Contains(token.Value)))?.Option;
    }

    private static string Full(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent
        ? $"{Full(parent)} {command.Name}"
        : "cnm-cni";

    private static string Suggestion(Command command, string word)
    {
        var nearest = command.Subcommands.Select(sub => sub.Name).MinBy(name => Distance(name, word))!;
        return Distance(nearest, word) <= NearEnough ? $" Did you mean {nearest}?" : "";
    }

    // Letters to be changed, added or left out.
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var index = 0; index < one.Length; index++)
        {
            var diagonal = row[0]++;
            for (var column = 0; column < other.Length; column++)
            {
                var replaced = diagonal + (one[index] == other[column] ? 0 : 1);
                diagonal = row[column + 1];
                row[column + 1] = Math.Min(replaced, Math.Min(row[column], row[column + 1]) + 1);
            }
        }

        return row[^1];
    }
}
