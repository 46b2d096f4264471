namespace Bridge.Testing;

/// <summary>Time-outs of tests, in milliseconds. They only stop a test that hangs: no test measures anything with them.</summary>
internal static class Deadline
{
    /// <summary>Of every asynchronous test that names no other.</summary>
    internal const int Default = 120_000;

    /// <summary>For tests that restart Docker, or wait until Docker has stopped retrying its calls.</summary>
    internal const int Long = 300_000;

    /// <summary>For a fault at every step of an operation, with a container for each.</summary>
    internal const int EveryStep = 1_500_000;
}
