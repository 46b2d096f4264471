using Bridge.Adapter.Cli.Completion;

namespace Bridge.Adapter.Tests.Cli.Completion;

/// <summary>How a line of bash is taken apart, and a candidate put into it.</summary>
public sealed class BashLineTests
{
    private const string Breaks = " \t\n\"'><=;|&(:";

    [Theory]
    [InlineData("cnm-cni ", "", "")]
    [InlineData("cnm-cni st", "", "st")]
    [InlineData("A=1 B='2 3' /usr/bin/cnm-cni check we", "check", "we")]
    [InlineData("true; x | cnm-cni check a\\ b 'c d' \"e \\\" f\" g", "check,a b,c d,e \" f", "g")]
    [InlineData("cnm-cni check \"two w", "check", "two w")]
    [InlineData("cnm-cni check $(rm x) ", "x)", "")]
    public void A_line_is_taken_apart_as_bash_does_it(string line, string words, string word)
    {
        var read = BashLine.Of(line, Breaks);

        string.Join(',', read.Words).Should().Be(words.Length > 0 ? words : "");
        read.Word.Should().Be(word);
    }

    [Theory]
    [InlineData("x ", "two words", @"two\ words")]
    [InlineData("x tw", "it's", @"it\'s")]
    [InlineData("x ", "$a;b*", @"\$a\;b\*")]
    [InlineData("x \"tw", "two \"$x\"", "two \\\"\\$x\\\"")]
    [InlineData("x 'it", "it's", @"it'\''s")]
    [InlineData("x --name=a", "--name=abc", "abc")]
    [InlineData("x co:l", "co:lon", "lon")]
    public void A_candidate_is_quoted_and_what_bash_keeps_is_left_out(string line, string candidate, string inserted) =>
        BashLine.Of(line, Breaks).Insertion(candidate).Should().Be(inserted);
}
