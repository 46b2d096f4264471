namespace Bridge.Adapter.Repair.Findings;

/// <summary>What came of result.</summary>
/// <param name="State">Null: there was nothing to be mended any more.</param>
/// <param name="Done">What was done, or why not. A sentence.</param>
internal sealed record RepairResult(FindingState? State, string Done)
{
    public static RepairResult Unneeded { get; } = new(null, "");

    public static RepairResult Repaired(string done) => new(FindingState.Repaired, done);

    public static RepairResult Failed(string reason) => new(FindingState.Failed, reason);

    public static RepairResult Reported(string reason) => new(FindingState.Reported, reason);
}
