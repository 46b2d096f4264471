namespace Bridge.Adapter.Control;

/// <summary>The problems of a status, and the one line that sums them up.</summary>
internal static class StatusVerdict
{
    /// <summary>One phrase for each kind of problem.</summary>
    public static IReadOnlyList<string> Problems(StatusResponse status) =>
    [
        .. status.EngineReachable ? (IEnumerable<string>)[] : ["Docker does not answer"],
        .. status.StateProblem is null ? (IEnumerable<string>)[] : ["state that cannot be written"],
        .. Counted(status.Networks.Count(network => network.Problem is not null), "network that no container can be started on",
            "networks that no container can be started on"),
        .. Counted(status.Endpoints.Count(endpoint => endpoint.ArrivalProblem is not null), "container whose network is unfinished",
            "containers whose network is unfinished"),
        .. Counted(status.PendingCleanups.Count, "clean-up still to be done", "clean-ups still to be done"),
        .. Counted(status.Findings.Count, "finding that is not repaired", "findings that are not repaired"),
        .. Counted(status.ConfigurationProblems.Count, "CNI file that is not used", "CNI files that are not used"),
    ];

    /// <param name="problems">Of <see cref="Problems"/>.</param>
    public static string Text(IReadOnlyList<string> problems) =>
        problems.Count > 0 ? $"To look at: {string.Join(", ", problems)}." : "All is well.";

    private static IEnumerable<string> Counted(int count, string one, string several) => count switch
    {
        0 => [],
        1 => [$"1 {one}"],
        _ => [$"{count} {several}"],
    };
}
