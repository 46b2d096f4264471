using Bridge.Adapter.Control;

namespace Bridge.Adapter.Cli;

/// <summary>Whether a status needs somebody to look at it: its last line, and the exit code of <c>status --exit-code</c>.</summary>
internal static class StatusVerdict
{
    /// <summary>One phrase for each sort of thing that is not as it should be.</summary>
    public static IReadOnlyList<string> Complaints(StatusResponse status) =>
    [
        .. status.EngineReachable ? (IEnumerable<string>)[] : ["Docker does not answer"],
        .. status.StateProblem is null ? (IEnumerable<string>)[] : ["state that cannot be written"],
        .. Counted(status.Networks.Count(network => network.Problem is not null), "network that no container can be started on", "networks that no container can be started on"),
        .. Counted(status.Endpoints.Count(endpoint => endpoint.ArrivalProblem is not null), "container whose network is unfinished", "containers whose network is unfinished"),
        .. Counted(status.PendingCleanups.Count, "clean-up still to be done", "clean-ups still to be done"),
        .. Counted(status.Findings.Count, "finding that is not repaired", "findings that are not repaired"),
        .. Counted(status.ConfigurationProblems.Count, "CNI file that is not used", "CNI files that are not used"),
    ];

    public static string Text(StatusResponse status) => Complaints(status) is { Count: > 0 } complaints
        ? $"To look at: {string.Join(", ", complaints)}."
        : "All is well.";

    private static IEnumerable<string> Counted(int count, string one, string several) => count switch
    {
        0 => [],
        1 => [$"1 {one}"],
        _ => [$"{count} {several}"],
    };
}
