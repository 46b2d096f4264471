using System.Text;

namespace Bridge.Adapter.Cli;

/// <summary>Columns as wide as their widest cell, two spaces apart, nothing else: as readable as it is greppable.</summary>
internal sealed class TextTable(params string[] headers)
{
    private readonly List<string[]> _rows = [headers];

    public void Add(params string?[] cells) => _rows.Add([.. cells.Select(Cell)]);

    public void WriteTo(TextWriter output)
    {
        var widths = headers.Select((_, column) => _rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in _rows)
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    /// <summary>A cell stays on its line, whatever a plugin wrote into its error.</summary>
    private static string Cell(string? text) =>
        string.IsNullOrWhiteSpace(text) ? "-" : string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}

/// <summary>Escapes control characters in everything that is printed to a terminal.</summary>
/// <param name="terminal">The terminal, or the file that takes its place.</param>
/// <param name="mayBeLost">What cannot be written is lost without an error: there is no other place to say so.</param>
internal sealed class PrintableWriter(TextWriter terminal, bool mayBeLost = false) : TextWriter
{
    public override Encoding Encoding => terminal.Encoding;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));

    /// <exception cref="OutputException">The file cannot be written.</exception>
    public override void Write(string? value)
    {
        try
        {
            terminal.Write(value is null ? null : Printable.Of(value));
        }
        catch (Exception unwritten) when (unwritten is IOException or UnauthorizedAccessException) // The second: it is closed.
        {
            if (!mayBeLost)
                throw new OutputException(unwritten);
        }
    }

    public override void WriteLine(string? value) => Write($"{value}\n");

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    /// <summary>On a terminal, for output that replaces the previous one; elsewhere nothing.</summary>
    public void ClearScreen()
    {
        if (!Console.IsOutputRedirected)
            terminal.Write("\u001b[H\u001b[2J\u001b[3J"); // console_codes(4): to the corner, erase, erase what has scrolled away.
    }

    public override void Flush() => terminal.Flush();
}

/// <summary>Standard output is closed, or a file on a full or broken disk. The message is for the operator.</summary>
internal sealed class OutputException(Exception cause) : Exception($"Standard output cannot be written: {Why(cause)}", cause)
{
    private static string Why(Exception cause) =>
        cause is IOException ? ErrorDescription.Sentence(ErrorDescription.OfFile(cause)) : "it is closed.";
}
