namespace CniInvoker;

/// <summary>How long operations may take. All plugins of a network share the time of one operation.</summary>
public sealed record CniDeadlines
{
    /// <summary>ADD. The DEL after a failed ADD has its own time. 60 s.</summary>
    public TimeSpan Add { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>DEL. 60 s.</summary>
    public TimeSpan Delete { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>CHECK. 30 s.</summary>
    public TimeSpan Check { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>STATUS. 10 s.</summary>
    public TimeSpan Status { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>GC. 60 s.</summary>
    public TimeSpan GarbageCollection { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>VERSION. 10 s.</summary>
    public TimeSpan Version { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between SIGTERM and SIGKILL for plugins that are past the deadline. 2 s.</summary>
    public TimeSpan TerminationGrace { get; init; } = TimeSpan.FromSeconds(2);
}
