using System.Text.Json;
using Bridge.Adapter.Cli;

namespace Bridge.Adapter.Tests;

/// <summary>Names that other people chose neither steer a terminal nor reorder a line of the log.</summary>
public sealed class PrintableTests
{
    [Theory]
    [InlineData("pods\u001b[2J", "pods\\u001b[2J")]
    [InlineData("ok\rno", "ok\\u000dno")]
    [InlineData("a\u202eb\u2066c\u200f", "a\\u202eb\\u2066c\\u200f")]
    [InlineData("c1\u009b31m del\u007f nul\0", "c1\\u009b31m del\\u007f nul\\u0000")]
    [InlineData("two\nlines\tand ünïcödé 網", "two\nlines\tand ünïcödé 網")]
    public void Control_characters_are_escaped_and_others_stay(string text, string printed) => Printable.Of(text).Should().Be(printed);

    [Fact]
    public void Escaped_JSON_has_the_same_meaning()
    {
        const string Name = "a\u202e\u009b\u007f";
        JsonSerializer.Deserialize<string>(Printable.Of($"\"{Name}\"")).Should().Be(Name);
    }

    [Fact]
    public async Task No_command_prints_control_characters()
    {
        var terminal = new StringWriter();
        var writer = new PrintableWriter(terminal);

        writer.Write('\r');
        writer.Write("a\u001b");
        writer.WriteLine("b\u001b");
        writer.WriteLine($"c{'\u001b'}");
        await writer.WriteLineAsync("d\u001b");
        writer.Write(new System.Text.StringBuilder("e\u001b"));

        terminal.ToString().Should().NotContainAny("\u001b", "\r").And.Contain("a\\u001bb\\u001b\nc");
    }
}
