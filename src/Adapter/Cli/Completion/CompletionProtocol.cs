using System.CommandLine;

namespace Bridge.Adapter.Cli.Completion;

/// <summary>
/// The question of a completion script: <c>cnm-cni __complete bash BREAKS LINE</c>, or <c>zsh</c> or <c>fish</c> with the words after the
/// program's name, the last of which is the one at the cursor. The answer's first line holds what applies to all: <c>files</c> or
/// <c>directories</c> if such names may stand there, and <c>nospace</c> if no space follows. A candidate in the shell's own form is on
/// each further line. It never fails, and writes nothing else.
/// </summary>
internal static class CompletionProtocol
{
    public const string Name = "__complete";

    private const string NoSpace = "nospace";

    /// <param name="question">What follows the name of the command.</param>
    /// <param name="build">Makes the commands that words name.</param>
    /// <param name="output">The script reads it.</param>
    public static void Answer(string[] question, Func<string[], Command> build, TextWriter output)
    {
        try
        {
            AnswerIn(question, build, output);
        }
#pragma warning disable CA1031 // An error text has no place in the middle of a line; the command itself reports it.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private static void AnswerIn(string[] question, Func<string[], Command> build, TextWriter output)
    {
        switch (question)
        {
            case ["bash", var breaks, var line]:
                var bash = BashLine.Of(line, breaks);
                Write(output, Of(build, bash.Words, bash.Word), candidate =>
                    candidate.Word.StartsWith(bash.Word, StringComparison.Ordinal) ? bash.Insertion(candidate.Word) : null);
                break;
            case ["zsh", .. var words, var word]:
                // The script has taken --option= off.
                var kept = word.StartsWith("--", StringComparison.Ordinal) ? word.IndexOf('=') + 1 : 0;
                Write(output, Of(build, words, word), candidate => Described(candidate.Word[kept..], candidate.Description));
                break;
            case ["fish", .. var words, var word]:
                Write(output, Of(build, words, word.TrimStart('"', '\'')), candidate =>
                    candidate.Description is { } text ? $"{candidate.Word}\t{text}" : candidate.Word);
                break;
        }
    }

    private static CompletionAnswer Of(Func<string[], Command> build, IReadOnlyList<string> words, string word) =>
        CompletionAnswer.Of(build([.. words]), [.. words], word);

    private static void Write(TextWriter output, CompletionAnswer answer, Func<Candidate, string?> form)
    {
        string[] lines = [.. answer.Candidates.Select(form).OfType<string>()];
        var noSpace = lines.Length > 0 && lines.All(line => line.Split('\t', ':')[0].EndsWith('='));
        output.WriteLine(string.Join(' ', new[] { answer.Paths, noSpace ? NoSpace : null }.OfType<string>()));
        foreach (var line in lines)
            output.WriteLine(line);
    }

    // The form of zsh's _describe.
    private static string Described(string word, string? description)
    {
        var escaped = word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
        return description is null ? escaped : $"{escaped}:{description}";
    }
}
