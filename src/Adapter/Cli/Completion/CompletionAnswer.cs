using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;

namespace Bridge.Adapter.Cli.Completion;

/// <summary>A word that may stand at the cursor.</summary>
/// <param name="Word">The whole word, not quoted.</param>
/// <param name="Description">For shells that show one; null without one.</param>
internal sealed record Candidate(string Word, string? Description);

/// <summary>What may stand at the cursor.</summary>
/// <param name="Candidates">Words, in the order in which they are offered.</param>
/// <param name="Paths">One of <see cref="Completion.Paths"/> if names of files may stand there too; null otherwise.</param>
internal sealed record CompletionAnswer(IReadOnlyList<Candidate> Candidates, string? Paths)
{
    private static readonly ParserConfiguration Literal = new() { ResponseFileTokenReplacer = null };

    /// <param name="root">With the subcommands that the words name.</param>
    /// <param name="words">Those before the cursor's, without the program's name.</param>
    /// <param name="word">The one at the cursor, up to the cursor.</param>
    public static CompletionAnswer Of(Command root, string[] words, string word)
    {
        // An option without its value is nothing that the validators of commands expect.
        if (words is [.. var before, ['-', _, ..] last] && Waiting(root.Parse(before, Literal), last) is { } values)
            return values;

        var parsed = root.Parse(words, Literal);
        var command = parsed.CommandResult.Command;
        if (parsed.Tokens.Any(IsEnd))
            return Arguments(parsed, command);

        var options = OptionsOf(parsed).ToArray();
        if (word.StartsWith('-') && word.IndexOf('=') is > 0 and var equals)
        {
            return options.FirstOrDefault(option => TakesValue(option) && Is(option, word[..equals])) is { } named
                ? Values(named, parsed, word[..(equals + 1)])
                : new CompletionAnswer([], null);
        }

        if (word.StartsWith('-'))
            return new CompletionAnswer([.. Named(options, parsed, word)], null);

        var answer = Arguments(parsed, command);
        var subcommands = parsed.CommandResult.Tokens.Count > 0 ? [] : command.Subcommands.Where(sub => !sub.Hidden)
            .Select(sub => new Candidate(sub.Name, FirstSentence(sub.Description)));
        answer = answer with { Candidates = [.. subcommands, .. answer.Candidates] };

        // Where nothing else fits, the options are what a person looks for.
        return answer.Candidates.Count == 0 && answer.Paths is null && !command.Arguments.Any(argument => HasRoom(parsed, argument))
            ? new CompletionAnswer([.. Named(options, parsed, "--")], null)
            : answer;
    }

    private static CompletionAnswer? Waiting(ParseResult parsed, string word) =>
        !parsed.Tokens.Any(IsEnd) && OptionsOf(parsed).FirstOrDefault(option => TakesValue(option) && Is(option, word)) is { } waiting
            ? Values(waiting, parsed, prefix: "")
            : null;

    private static CompletionAnswer Arguments(ParseResult parsed, Command command)
    {
        if (command.Arguments.FirstOrDefault(argument => !argument.Hidden && HasRoom(parsed, argument)) is not { } argument)
            return new CompletionAnswer([], null);

        var given = parsed.GetResult(argument)?.Tokens.Select(token => token.Value).ToHashSet(StringComparer.Ordinal) ?? [];
        var answer = Of(argument.CompletionSources, argument.HelpName ?? argument.Name, parsed, prefix: "");
        return answer with { Candidates = [.. answer.Candidates.Where(candidate => !given.Contains(candidate.Word))] };
    }

    private static bool IsEnd(Token token) => token.Type == TokenType.DoubleDash;

    private static bool HasRoom(ParseResult parsed, Argument argument) =>
        (parsed.GetResult(argument)?.Tokens.Count ?? 0) < argument.Arity.MaximumNumberOfValues;

    private static CompletionAnswer Values(Option option, ParseResult parsed, string prefix) =>
        Of(option.CompletionSources, option.HelpName, parsed, prefix);

    private static CompletionAnswer Of(
        List<Func<CompletionContext, IEnumerable<CompletionItem>>> sources, string? name, ParseResult parsed, string prefix)
    {
        var context = parsed.GetCompletionContext();
        var items = sources.SelectMany(source => source(context)).ToArray();
        var paths = items.FirstOrDefault(item => item.Kind is Completion.Paths.Files or Completion.Paths.Directories)?.Kind;
        return new CompletionAnswer(
            [
                .. items.Where(item => item.Label.Length > 0 && !item.Label.Any(char.IsControl)).DistinctBy(item => item.Label)
                    .Select(item => new Candidate(prefix + item.Label, item.Detail is { } detail ? OnOneLine(detail) : null)),
            ],
            paths ?? (sources.Count > 0 ? null : name switch
            {
                "FILE" => Completion.Paths.Files,
                "DIRECTORY" => Completion.Paths.Directories,
                _ => null,
            }));
    }

    // A second line would be a candidate of its own.
    private static string OnOneLine(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));

    // -h and -? stand for --help. A short name is offered to whom begins it, and it is complete then.
    private static IEnumerable<Candidate> Named(Option[] options, ParseResult parsed, string word) => options
        .Where(option => option.Arity.MaximumNumberOfValues > 1 || parsed.GetResult(option) is not { Implicit: false })
        .SelectMany(option => option.Aliases.Prepend(option.Name)
            .Where(name => name.StartsWith("--", StringComparison.Ordinal) || (name == word && word.Length > 1))
            .Select(name => new Candidate(name, FirstSentence(option.Description))));

    private static IEnumerable<Option> OptionsOf(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var inherited = new List<Option>();
        for (var outer = parsed.CommandResult.Parent; outer is CommandResult above; outer = outer.Parent)
            inherited.AddRange(above.Command.Options.Where(option => option.Recursive));

        return command.Options.Concat(inherited).Where(option => !option.Hidden);
    }

    private static bool Is(Option option, string word) => option.Name == word || option.Aliases.Contains(word);

    private static bool TakesValue(Option option) => option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool);

    private static string? FirstSentence(string? text)
    {
        var line = text?.Split('\n')[0].Trim();
        return line?.IndexOf(". ", StringComparison.Ordinal) is > 0 and var end ? line[..end] : line?.TrimEnd('.');
    }
}
