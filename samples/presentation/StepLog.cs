using System.Diagnostics;
using System.Globalization;

namespace Bridge.Samples.Presentation;

/// <summary>One line per step, with the seconds since the start.</summary>
internal sealed class StepLog
{
    private readonly long _started = Stopwatch.GetTimestamp();

    public void Say(string step) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{Stopwatch.GetElapsedTime(_started).TotalSeconds,5:F1} s] {step}"));

    /// <summary>What belongs to the last step.</summary>
    public static void Show(string line) => Console.WriteLine($"  {line}");
}
