using System.Net;
using Bridge.Adapter.Reachability.Probes;

namespace Bridge.Adapter.Tests.Reachability;

public sealed class DnsMessageTests
{
    [Fact]
    public void A_question_has_the_labels_of_the_name_and_the_type()
    {
        var question = DnsMessage.Question("web.example.", isIPv6: true);

        question[2..].Should().Equal(
            [1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, .. "web"u8, 7, .. "example"u8, 0, 0, 28, 0, 1]);
    }

    [Fact]
    public void Addresses_of_the_wanted_type_are_read_behind_an_alias()
    {
        var question = DnsMessage.Question("a.b", isIPv6: false);
        byte[] alias = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 4, 1, (byte)'c', 0xc0, 14];
        byte[] first = [0xc0, 33, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 7];
        byte[] second = [1, (byte)'c', 0, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 8];
        byte[] ofIPv6 = [0xc0, 12, 0, 28, 0, 1, 0, 0, 0, 9, 0, 16, .. new byte[16]];

        var answer = DnsMessage.Read(Answer(question, 0, 4, alias, first, second, ofIPv6), question)!;

        answer.Problem.Should().BeNull();
        answer.Addresses.Should().Equal(IPAddress.Parse("192.0.2.7"), IPAddress.Parse("192.0.2.8"));
    }

    [Theory]
    [InlineData(2, "SERVFAIL")]
    [InlineData(5, "code 5")]
    public void A_refusal_is_told(byte code, string text)
    {
        var question = DnsMessage.Question("a", isIPv6: false);

        DnsMessage.Read(Answer(question, code, 0), question)!.Problem.Should().Contain(text);
    }

    [Fact]
    public void A_name_that_does_not_exist_has_no_addresses()
    {
        var question = DnsMessage.Question("a", isIPv6: false);

        DnsMessage.Read(Answer(question, 3, 0), question).Should().BeEquivalentTo(new DnsAnswer(null, []));
    }

    [Fact]
    public void What_ends_too_early_is_a_problem_and_what_is_no_answer_is_nothing()
    {
        var question = DnsMessage.Question("a.b", isIPv6: false);
        var answer = Answer(question, 0, 1, [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 7]);

        for (var length = 0; length < answer.Length; length++)
            (DnsMessage.Read(answer.AsSpan(0, length), question)?.Problem is null).Should().Be(length < 12, $"{length} bytes");

        DnsMessage.Read(question, question).Should().BeNull("a question is no answer");
        var other = DnsMessage.Question("a.b", isIPv6: false);
        other[0] = (byte)~question[0];
        DnsMessage.Read(answer, other).Should().BeNull("it answers another question");
    }

    [Theory]
    [InlineData("example.com", true)]
    [InlineData("a_b-c.example.", true)]
    [InlineData("", false)]
    [InlineData("a..b", false)]
    [InlineData("-", true)]
    [InlineData("a b", false)]
    [InlineData("bücher.example", false)]
    public void Names_are_told_from_other_texts(string text, bool isName) => DnsMessage.IsName(text).Should().Be(isName);

    private static byte[] Answer(byte[] question, byte code, byte count, params byte[][] records) =>
    [
        question[0], question[1], 0x81, (byte)(0x80 | code), 0, 1, 0, count, 0, 0, 0, 0, .. question[12..],
        .. records.SelectMany(part => part),
    ];
}
