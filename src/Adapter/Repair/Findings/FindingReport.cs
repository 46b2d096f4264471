namespace Bridge.Adapter.Repair.Findings;

/// <summary>A finding, and what was done about it.</summary>
/// <param name="Kind">In what there was disagreement.</param>
/// <param name="Subject">Id, name or path.</param>
/// <param name="What">What it is about.</param>
/// <param name="Why">What was wrong with it.</param>
/// <param name="State">What has become of it.</param>
/// <param name="Done">What was done, or what a person can do.</param>
internal sealed record FindingReport(FindingKind Kind, string Subject, string What, string Why, FindingState State, string Done)
{
    public (FindingKind, string) Key => (Kind, Subject);
}
