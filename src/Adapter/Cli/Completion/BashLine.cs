using System.Text;

namespace Bridge.Adapter.Cli.Completion;

/// <summary>
/// A command line of bash up to the cursor, taken apart as bash takes it apart, without expanding anything. bash itself would split it at
/// '=' and ':' too.
/// </summary>
/// <param name="Words">The words of the last command, without its name and assignments before it. Quotes are removed.</param>
/// <param name="Word">The word at the cursor.</param>
/// <param name="Kept">How much of it stays: bash replaces what follows. Counted in <paramref name="Word"/>.</param>
/// <param name="Quote">The quote in which the cursor is; NUL outside of quotes.</param>
internal sealed record BashLine(IReadOnlyList<string> Words, string Word, int Kept, char Quote)
{
    private const string InDoubleQuotes = "\"\\$`";

    /// <param name="line">The line up to the cursor.</param>
    /// <param name="breaks">COMP_WORDBREAKS.</param>
    public static BashLine Of(string line, string breaks)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (began, kept, quote) = (false, 0, '\0');
        for (var index = 0; index < line.Length; index++)
        {
            var letter = line[index];
            if (letter == '\\' && quote != '\'' && index + 1 < line.Length
                && (quote == '\0' || InDoubleQuotes.Contains(line[index + 1], StringComparison.Ordinal)))
            {
                word.Append(line[++index]);
                began = true;
            }
            else if (quote == '\0' && letter is '\'' or '"' || (quote != '\0' && letter == quote))
            {
                quote = quote == '\0' ? letter : '\0';
                began = true;
                kept = word.Length;
            }
            else if (quote != '\0')
            {
                word.Append(letter);
            }
            else if (letter is ' ' or '\t' or '\n' or '|' or ';' or '&' or '(')
            {
                if (began)
                    words.Add(word.ToString());

                if (letter is '|' or ';' or '&' or '(')
                    words.Clear();

                word.Clear();
                (began, kept) = (false, 0);
            }
            else
            {
                word.Append(letter);
                began = true;
                if (breaks.Contains(letter, StringComparison.Ordinal))
                    kept = word.Length;
            }
        }

        return new BashLine([.. words.SkipWhile(IsAssignment).Skip(1)], word.ToString(), kept, quote);
    }

    /// <summary>What bash inserts for a candidate: what follows the part that stays, quoted.</summary>
    public string Insertion(string candidate)
    {
        var text = new StringBuilder();
        foreach (var letter in candidate[Kept..])
            text.Append(Quoted(letter));

        return text.ToString();
    }

    private string Quoted(char letter) => Quote switch
    {
        '\'' => letter == '\'' ? @"'\''" : $"{letter}",
        '"' => InDoubleQuotes.Contains(letter, StringComparison.Ordinal) ? $"\\{letter}" : $"{letter}",
        _ => char.IsLetterOrDigit(letter) || "_-./:=@%+,".Contains(letter, StringComparison.Ordinal) || letter > '\x7f'
            ? $"{letter}"
            : $"\\{letter}",
    };

    private static bool IsAssignment(string word) => word.IndexOf('=') is > 0 and var end
        && !char.IsAsciiDigit(word[0]) && word[..end].All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
}
