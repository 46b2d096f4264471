namespace Bridge.Adapter.Doctor;

/// <summary>A diagnosis for people: the verdict, then the findings, the heaviest first, then the count of the green checks.</summary>
internal static class DiagnosisText
{
    public static void Write(Diagnosis diagnosis, bool verbose, TextWriter output)
    {
        output.WriteLine(Verdict(diagnosis));
        foreach (var (check, finding) in diagnosis.Findings.Where(pair => pair.Finding.Weight != Weight.NotChecked))
        {
            output.WriteLine();
            output.WriteLine($"{Word(finding.Weight)}: {check.Id}: {OneLine(finding.What)}");
            output.WriteLine($"  {OneLine(finding.Why)}");
            foreach (var command in finding.Commands)
                output.WriteLine($"    {command}");
        }

        var unmade = diagnosis.Findings.Where(pair => pair.Finding.Weight == Weight.NotChecked)
            .GroupBy(pair => OneLine(pair.Finding.What), pair => pair.Check.Id).ToArray();
        if (unmade.Length > 0)
            output.WriteLine();

        foreach (var reason in unmade)
            output.WriteLine($"not checked: {string.Join(", ", reason.Distinct())}: {reason.Key}");

        var green = diagnosis.Outcomes.Where(outcome => outcome.IsGreen).ToArray();
        output.WriteLine();
        output.WriteLine($"{Counted(green.Length, "check")} found nothing{(verbose ? ":" : ". --verbose lists them.")}");
        if (verbose)
        {
            foreach (var (check, _) in green)
                output.WriteLine($"  {check.Id}: {check.Title}");
        }
    }

    public static string Word(Weight weight) => weight switch
    {
        Weight.Error => "error",
        Weight.Warning => "warning",
        Weight.Note => "note",
        _ => "not checked",
    };

    private static string Verdict(Diagnosis diagnosis)
    {
        var (errors, warnings) = (diagnosis.Count(Weight.Error), diagnosis.Count(Weight.Warning));
        var unmade = diagnosis.Outcomes.Count(outcome => outcome.Findings.Any(finding => finding.Weight == Weight.NotChecked));
        var rest = unmade > 0 ? $" {Counted(unmade, "check")} could not be made in whole." : "";
        return (errors, warnings) switch
        {
            (0, 0) => $"Nothing is wrong.{rest}",
            (0, _) => $"{Counted(warnings, "warning")}.{rest}",
            (_, 0) => $"{Counted(errors, "error")}.{rest}",
            _ => $"{Counted(errors, "error")}, {Counted(warnings, "warning")}.{rest}",
        };
    }

    private static string Counted(int count, string noun) => $"{count} {noun}{(count == 1 ? "" : "s")}";

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
