using System.CommandLine;
using System.CommandLine.Invocation;

namespace Bridge.Adapter.Cli.Manual;

/// <summary>What <c>--help</c> prints.</summary>
internal sealed class HelpPage : SynchronousCommandLineAction
{
    private const int Widest = 110;
    private const int WidestTerm = 28;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Write(CommandPage.Of(parseResult.CommandResult.Command), Width(), parseResult.InvocationConfiguration.Output);
        return ExitCodes.Success;
    }

    public static void Write(CommandPage page, int width, TextWriter output)
    {
        var text = new WrappedText(output, width);
        foreach (var paragraph in page.Description)
            text.Paragraph(paragraph);

        text.Heading("Usage");
        foreach (var usage in page.Usages)
            text.Hanging($"  {page.Name} ", usage);

        Section(text, "Arguments", page.Arguments);
        Section(text, "Commands", page.Commands);
        Section(text, "Options", page.Options);
        Section(text, "Examples", page.Notes.Examples);
        Section(text, "Environment", page.Notes.Environment);
        Section(text, "Exit codes", page.Notes.ExitCodes);
    }

    private static void Section(WrappedText text, string heading, IReadOnlyList<Entry> entries)
    {
        if (entries.Count == 0)
            return;

        text.Heading(heading);
        var column = 4 + entries.Select(entry => entry.Term.Length).Where(length => length <= WidestTerm)
            .DefaultIfEmpty(WidestTerm / 2).Max();
        foreach (var (term, meaning) in entries)
            text.Entry(term, meaning, column);
    }

    private static int Width()
    {
        try
        {
            return Console.IsOutputRedirected ? Widest : Math.Clamp(Console.WindowWidth, 40, Widest);
        }
        catch (IOException)
        {
            return Widest;
        }
    }
}

/// <summary>Text in lines that are not wider than the terminal, unless a word is.</summary>
internal sealed class WrappedText(TextWriter output, int width)
{
    private bool _begun;

    public void Paragraph(string text)
    {
        Separate();
        Lines("", 0, text.Split(' '));
    }

    public void Heading(string text)
    {
        Separate();
        output.WriteLine($"{text}:");
    }

    /// <param name="term">Stands in the first column, on a line of its own if it is wider.</param>
    /// <param name="meaning">Stands in the second.</param>
    /// <param name="column">Where that begins.</param>
    public void Entry(string term, string meaning, int column)
    {
        var first = $"  {term}";
        if (first.Length + 2 > column)
        {
            output.WriteLine(first);
            first = "";
        }

        Lines(first.PadRight(column), column, meaning.Split(' '));
    }

    /// <param name="first">Begins the first line; the others begin below its end.</param>
    /// <param name="parts">What is not broken.</param>
    public void Hanging(string first, IReadOnlyList<string> parts) => Lines(first, first.Length, parts);

    private void Separate()
    {
        if (_begun)
            output.WriteLine();

        _begun = true;
    }

    private void Lines(string first, int indent, IReadOnlyList<string> words)
    {
        var (line, isEmpty) = (first, true);
        foreach (var word in words)
        {
            if (!isEmpty && line.Length + 1 + word.Length > width)
            {
                output.WriteLine(line.TrimEnd());
                (line, isEmpty) = (new string(' ', indent), true);
            }

            (line, isEmpty) = (isEmpty ? $"{line}{word}" : $"{line} {word}", false);
        }

        output.WriteLine(line.TrimEnd());
    }
}
