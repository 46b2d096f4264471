using System.Text.Json.Serialization;

namespace Bridge.Adapter.Doctor;

/// <summary>A diagnosis for programs.</summary>
/// <param name="Version">Of cnm-cni.</param>
/// <param name="Verdict"><c>sound</c>, <c>warnings</c> or <c>errors</c>.</param>
/// <param name="Findings">Errors, warnings and notes, the heaviest first.</param>
/// <param name="NotChecked">What could not be checked.</param>
/// <param name="Checks">All checks.</param>
internal sealed record DiagnosisReport(
    string Version, string Verdict, IReadOnlyList<ReportedFinding> Findings, IReadOnlyList<ReportedGap> NotChecked,
    IReadOnlyList<ReportedCheck> Checks)
{
    public static DiagnosisReport Of(Diagnosis diagnosis) => new(
        ProgramVersion.Number,
        diagnosis.Count(Weight.Error) > 0 ? "errors" : diagnosis.Count(Weight.Warning) > 0 ? "warnings" : "sound",
        [
            .. diagnosis.Findings.Where(pair => pair.Finding.Weight != Weight.NotChecked).Select(pair => new ReportedFinding(
                pair.Check.Id, DiagnosisText.Word(pair.Finding.Weight), pair.Finding.What, pair.Finding.Why, pair.Finding.Commands)),
        ],
        [
            .. diagnosis.Findings.Where(pair => pair.Finding.Weight == Weight.NotChecked)
                .Select(pair => new ReportedGap(pair.Check.Id, pair.Finding.What)),
        ],
        [
            .. diagnosis.Outcomes.Select(outcome => new ReportedCheck(
                outcome.Check.Id, outcome.Check.Title,
                outcome.IsGreen ? "green"
                    : DiagnosisText.Word(outcome.Findings.Min(finding => finding.Weight)).Replace(' ', '-'))),
        ]);
}

/// <param name="Check">The check's id.</param>
/// <param name="Severity"><c>error</c>, <c>warning</c> or <c>note</c>.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Why">Why that matters.</param>
/// <param name="Commands">What mends it, or shows more.</param>
internal sealed record ReportedFinding(string Check, string Severity, string What, string Why, IReadOnlyList<string> Commands);

/// <param name="Check">The check's id.</param>
/// <param name="Why">Why it could not be made, or not in whole.</param>
internal sealed record ReportedGap(string Check, string Why);

/// <param name="Id">Its id.</param>
/// <param name="Title">What is so on a sound host.</param>
/// <param name="Outcome"><c>green</c>, the severity of its heaviest finding, or <c>not-checked</c>.</param>
internal sealed record ReportedCheck(string Id, string Title, string Outcome);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DiagnosisReport))]
internal sealed partial class DiagnosisJson : JsonSerializerContext;
