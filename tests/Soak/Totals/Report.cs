using System.Globalization;
using Bridge.Soak.Ending;

namespace Bridge.Soak.Totals;

/// <summary>What is printed at the end.</summary>
internal static class Report
{
    private const int MostRowsOfDocker = 5;

    public static void Print(TextWriter output, FaultTotals faults, CommandTotals commands, TimeSpan reigned)
    {
        output.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"\n{faults.Kills} processes killed in {reigned.TotalMinutes:0.0} minutes"));
        Row(output, "fault", "times", "", "", "");
        foreach (var (fault, times) in faults.All())
            Row(output, fault, Text(times), "", "", "");

        output.WriteLine();
        Row(output, "command", "attempts", "succeeded", "failed", "longest");
        foreach (var total in commands.All())
            Row(output, total.Kind, Text(total.Attempts), Text(total.Successes), Text(total.Failures),
                string.Create(CultureInfo.InvariantCulture, $"{total.Longest.TotalSeconds:0.0} s"));
    }

    public static void PrintVerdict(
        TextWriter output, Leaks leaks, IReadOnlyList<string> waits, IReadOnlyList<string> problems, IReadOnlyList<string> logs)
    {
        output.WriteLine();
        PrintCount(output, "records left in the journal", leaks.Records);
        PrintCount(output, "left behind on the host", leaks.Left);
        PrintCount(output, "gone missing from the host", leaks.Missing);
        PrintAll(output, $"commands that took longer than {Patience.Waited.TotalSeconds:0} s", waits);
        PrintAll(output, "what did not come to its end", problems);
        PrintAll(output, $"left by dockerd: {leaks.OfDocker.Count}", [.. leaks.OfDocker.Take(MostRowsOfDocker)]);
        foreach (var trace in LeakTrace.Of(leaks.Left.Concat(leaks.Missing).Concat(leaks.Records), logs))
            PrintAll(output, $"what the logs say about {trace.Name}", trace.Lines);
    }

    private static void PrintCount(TextWriter output, string title, IReadOnlyList<string> lines)
    {
        output.WriteLine($"{title}: {lines.Count}");
        foreach (var line in lines)
            output.WriteLine($"  {line}");
    }

    private static void PrintAll(TextWriter output, string title, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
            return;

        output.WriteLine($"\n{title}");
        foreach (var line in lines)
            output.WriteLine($"  {line}");
    }

    private static void Row(TextWriter output, string first, params string[] others) =>
        output.WriteLine(string.Concat($"  {first,-26}", string.Concat(others.Select(other => $"{other,11}"))).TrimEnd());

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
