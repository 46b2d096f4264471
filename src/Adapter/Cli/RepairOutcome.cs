using System.Text.Json;
using Bridge.Adapter.Control;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Cli;

/// <summary>What repair has found, for people: one line each.</summary>
internal static class RepairOutcome
{
    /// <summary>Nothing was found, or all of it is repaired.</summary>
    public static bool IsWell(RepairResponse response) =>
        response.Problems.Count == 0 && response.Findings.All(finding => finding.State == FindingState.Repaired);

    public static void Write(RepairResponse response, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(response, ControlJson.Default.RepairResponse));
            return;
        }

        foreach (var finding in response.Findings)
            output.WriteLine(Line(finding));

        foreach (var problem in response.Problems)
            output.WriteLine($"not looked at: {OneLine(problem)}");

        if (response.Findings.Count == 0 && response.Problems.Count == 0)
            output.WriteLine("Nothing to repair.");
    }

    public static void Write(ForgetResponse response, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(response, ControlJson.Default.ForgetResponse));
            return;
        }

        output.WriteLine($"Forgotten: {response.What}");
        foreach (var sentence in response.GivenUp)
            output.WriteLine($"  {OneLine(sentence)}");
    }

    public static string Line(FindingStatus finding) =>
        OneLine($"{State(finding.State)} {finding.Kind}: {finding.What}: {Sentence.End(finding.Why)}{(finding.Done.Length > 0 ? $" {finding.Done}" : "")}");

    private static string State(FindingState state) => state switch
    {
        FindingState.WouldBeRepaired => "would be repaired",
        _ => state.ToString().ToLowerInvariant(),
    };

    // Whatever a plugin wrote into its error.
    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
