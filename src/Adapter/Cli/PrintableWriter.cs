using System.Text;

namespace Bridge.Adapter.Cli;

/// <summary>A terminal's writer: nothing that is printed through it can steer the terminal.</summary>
internal sealed class PrintableWriter(TextWriter terminal) : TextWriter
{
    public override Encoding Encoding => terminal.Encoding;

    public override void Write(char value) => terminal.Write(Printable.Of(value.ToString()));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));

    public override void Write(string? value) => terminal.Write(value is null ? null : Printable.Of(value));

    public override void WriteLine(string? value) => Write($"{value}\n");

    public override Task WriteLineAsync(string? value) => terminal.WriteAsync(Printable.Of($"{value}\n"));

    public override void Flush() => terminal.Flush();
}
