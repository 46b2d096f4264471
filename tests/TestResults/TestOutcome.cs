namespace Bridge.TestResults;

/// <summary>One test of a run; of a theory, one row.</summary>
/// <param name="Type">The full name of its class.</param>
/// <param name="Method">The name of its method.</param>
/// <param name="SourceFile">Where it is written, as the compiler saw the path; empty when unknown.</param>
/// <param name="Name">As xUnit shows it.</param>
/// <param name="SkipReason">Empty unless it was skipped.</param>
/// <param name="Traits">Names and values.</param>
/// <param name="Attachments">What it told when it ran, by name and line.</param>
internal sealed record TestOutcome(
    string Type,
    string Method,
    string SourceFile,
    string Name,
    TestEnd End,
    string SkipReason,
    ILookup<string, string> Traits,
    ILookup<string, string> Attachments);
