namespace Bridge.Adapter.Repair.Findings;

/// <summary>What came of mending.</summary>
/// <param name="State">Null: there was nothing to be mended any more.</param>
/// <param name="Done">What was done, or why not. A sentence.</param>
internal sealed record Mending(FindingState? State, string Done)
{
    public static Mending Unneeded { get; } = new(null, "");

    public static Mending Mended(string done) => new(FindingState.Mended, done);

    public static Mending Failed(string reason) => new(FindingState.Failed, reason);

    public static Mending Left(string reason) => new(FindingState.Left, reason);
}
