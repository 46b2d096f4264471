namespace Bridge.Benchmarks;

/// <summary>To standard error, beside the tables on standard output.</summary>
internal static class Progress
{
    public static void Tell(string text) => Console.Error.WriteLine($"… {text}");
}
