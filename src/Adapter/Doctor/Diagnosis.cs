using System.Text.Json;
using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Doctor;

/// <summary>
/// What all checks say of this host. Reads only: it starts no container, runs no plugin but for VERSION, and needs neither a running daemon
/// nor Docker.
/// </summary>
/// <param name="Outcomes">One for each check, in the order of <see cref="CheckTable"/>.</param>
internal sealed record Diagnosis(IReadOnlyList<CheckOutcome> Outcomes)
{
    /// <summary>With the settings in force. Takes seconds at most.</summary>
    public static Task<Diagnosis> RunAsync(AdapterSettings settings, CancellationToken cancellationToken) =>
        RunAsync(SettingsReading.Of(settings), cancellationToken);

    /// <summary>With a settings file, which may be wrong.</summary>
    public static async Task<Diagnosis> RunAsync(SettingsReading settings, CancellationToken cancellationToken) =>
        Of(await new HostReader(settings, TimeProvider.System).ReadAsync(cancellationToken));

    public static Diagnosis Of(HostReadings host) => new([.. CheckTable.All.Select(check => new CheckOutcome(check, Made(check, host)))]);

    /// <summary>All findings, the heaviest first.</summary>
    public IEnumerable<(ICheck Check, Finding Finding)> Findings => Outcomes
        .SelectMany(outcome => outcome.Findings, (outcome, finding) => (outcome.Check, finding))
        .OrderBy(pair => pair.finding.Weight);

    public int Count(Weight weight) => Outcomes.Sum(outcome => outcome.Findings.Count(finding => finding.Weight == weight));

    /// <summary>The report for people.</summary>
    /// <param name="verbose">With the checks that found nothing.</param>
    public string Text(bool verbose)
    {
        var text = new StringWriter { NewLine = "\n" };
        DiagnosisText.Write(this, verbose, text);
        return text.ToString();
    }

    /// <summary>The report for programs: one JSON object.</summary>
    public string Json() => JsonSerializer.Serialize(DiagnosisReport.Of(this), DiagnosisJson.Default.DiagnosisReport);

    // A host that is odd beyond what a check expects must not hide the other checks.
    private static IReadOnlyList<Finding> Made(ICheck check, HostReadings host)
    {
        try
        {
            return [.. check.Find(host)];
        }
        catch (Exception unexpected) when (unexpected is not OutOfMemoryException)
        {
            return [Finding.NotChecked($"the check failed: {unexpected.Message.TrimEnd('.')}")];
        }
    }
}

/// <param name="Check">The check.</param>
/// <param name="Findings">What it found; empty: it is green.</param>
internal sealed record CheckOutcome(ICheck Check, IReadOnlyList<Finding> Findings)
{
    public bool IsGreen => Findings.Count == 0;
}
