namespace Bridge.TestResults;

/// <summary>How a test ended in one run.</summary>
internal enum TestEnd
{
    Passed,
    Failed,
    Skipped,
}
