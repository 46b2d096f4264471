namespace Bridge.Adapter.Settings;

/// <summary>How the bridge finds and cleans up what Docker or a crash left behind. In the file with a unit: <c>30s</c>, <c>5m</c>.</summary>
internal sealed record RepairSettings
{
    /// <summary>Between two comparisons of the journal with Docker and the kernel. 1 s to 24 h.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an attachment may be unknown to Docker before it counts as orphaned: Docker lists a new endpoint late. 1 s to 1 h.</summary>
    public TimeSpan OrphanGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Before the first repetition of a failed DEL; doubles each time. 100 ms to 1 h, at most <see cref="RetryLongest"/>.</summary>
    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest pause between two repetitions of a failed DEL. 1 s to 24 h.</summary>
    public TimeSpan RetryLongest { get; init; } = TimeSpan.FromMinutes(5);
}
