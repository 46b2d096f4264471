using CniInvoker;

namespace Bridge.Fuzzing.Targets;

/// <summary>What is promised of every message: it is read by a person, in one line of a terminal or a log.</summary>
internal static class Refusal
{
    private const int OwnWords = 4000;
    private const int LongestPerByte = 20;

    public static void Require(CniConfigurationException refusal, string source, ReadOnlySpan<byte> input)
    {
        var lines = input.Count((byte)'\n') + 1;
        Promise.That(refusal.Source == source, "A mistake names its file.", $"{refusal.Source}");
        foreach (var problem in refusal.Problems)
        {
            Promise.That(
                problem.Line is null || (problem.Line >= 1 && problem.Line <= lines), "A mistake is at a line that exists.", $"{problem}");
            Promise.That(problem.JsonPath is null or ['$', ..], "A mistake's place begins at the root.", $"{problem}");
        }

        RequireSentence(refusal.Message, $"CNI configuration {source}: ", input.Length);
    }

    public static void Require(CniException refusal, string subject, int inputLength)
    {
        Promise.That(refusal.Msg.Length > 0, "A refusal says why.", $"{refusal.Code}");
        RequireSentence(refusal.Message, subject, inputLength);
    }

    private static void RequireSentence(string message, string subject, int inputLength)
    {
        Promise.That(message.StartsWith(subject, StringComparison.Ordinal) && message.Length > subject.Length,
            "A message begins with what it is about.", $"{message}");
        Promise.That(message[^1] is '.' or '!' or '?', "A message is a sentence.", $"{message}");
        Promise.That(!message.Any(BreaksTheLine), "A message is one line without control characters.", $"{message}");
        Promise.That(IsUnicode(message), "A message is valid Unicode.", $"{message}");
        Promise.That(message.Length <= OwnWords + (inputLength * LongestPerByte), "A message is not much longer than what it is about.",
            $"{message.Length} characters for {inputLength} bytes");
    }

    private static bool BreaksTheLine(char part) => char.IsControl(part) || part is '\u2028' or '\u2029';

    private static bool IsUnicode(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && ++i < text.Length && char.IsLowSurrogate(text[i])))
                return false;
        }

        return true;
    }
}
