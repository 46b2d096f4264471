using System.Text.Json;
using System.Text.RegularExpressions;
using Bridge.HostileRequests.Wire;

namespace Bridge.HostileRequests.Checks;

/// <summary>What an answer must be, whatever was asked: there, HTTP, JSON where it is status 200, and foreseen.</summary>
internal static partial class AnswerCheck
{
    /// <param name="answer">What came.</param>
    /// <param name="isOperators">It was asked by an operator, not by Docker.</param>
    /// <param name="mayBeClosed">The request was broken enough for a connection to end without an answer.</param>
    /// <returns>What is wrong with it; null: nothing.</returns>
    public static string? Problem(Answer answer, bool isOperators, bool mayBeClosed) => answer switch
    {
        { Status: 500 } when isOperators => ProblemOfBody(answer.Body), // How the operator's questions are refused.
        { Status: -1 } => "no answer and no end of the connection",
        { Status: 0 } => mayBeClosed ? null : "the connection was closed without an answer",
        { Status: >= 500 and not 505 } => $"status {answer.Status}: {Beginning(answer.Body)}",
        { Status: 200, Body.Length: > 0 } => ProblemOfBody(answer.Body),
        _ => null,
    };

    private static string? ProblemOfBody(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return $"the answer is no JSON object: {Beginning(body)}";

            return document.RootElement.TryGetProperty("Err", out var sentence) && Unforeseen().IsMatch(sentence.GetString()!)
                ? $"an exception that nobody foresaw: {Beginning(sentence.GetString()!)}"
                : null;
        }
        catch (JsonException)
        {
            return $"the answer is no JSON: {Beginning(body)}";
        }
    }

    private static string Beginning(string text) => text.Length > 300 ? text[..300] : text;

    [GeneratedRegex("^internal error of cnm-cni; ")]
    private static partial Regex Unforeseen();
}
