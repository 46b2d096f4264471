namespace Bridge.Adapter.Repair.Findings;

/// <summary>Something on which the journal, Docker, the kernel and the stores of IPAM plugins do not agree.</summary>
/// <param name="Kind">In what.</param>
/// <param name="Subject">Id, name or path: with the kind, the same in every round.</param>
/// <param name="What">What it is about, with names where they are known. Begins a sentence.</param>
/// <param name="Why">What is wrong with it. Goes on behind a colon.</param>
internal sealed record Finding(FindingKind Kind, string Subject, string What, string Why)
{
    /// <summary>Whether it is still the same thing: a subject may come again.</summary>
    public (FindingKind, string) Key => (Kind, Subject);

    /// <summary>What a person can do, for what is not repaired. A sentence of its own.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>How long it must stay as it is before it counts: what is just being made or undone looks the same.</summary>
    public TimeSpan Grace { get; init; }

    /// <summary>
    /// Puts it right, after a last look under whatever lock is needed for that; null for what only a person may touch. A foreseeable failure is
    /// a <see cref="RepairResult"/> too.
    /// </summary>
    public Func<CancellationToken, Task<RepairResult>>? Repair { get; init; }

    public FindingReport As(FindingState state, string done) => new(Kind, Subject, What, Why, state, done);
}
