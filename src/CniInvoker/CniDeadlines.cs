namespace CniInvoker;

/// <summary>
/// The deadlines of operations. All plugins of a network share the time of one operation. None may be negative, and so none infinite.
/// </summary>
public sealed record CniDeadlines
{
    /// <summary>ADD. The DEL after a failed ADD has its own deadline. 60 s.</summary>
    public TimeSpan Add { get; init => field = NotNegative(value); } = TimeSpan.FromSeconds(60);

    /// <summary>DEL. 60 s.</summary>
    public TimeSpan Delete { get; init => field = NotNegative(value); } = TimeSpan.FromSeconds(60);

    /// <summary>CHECK. 30 s.</summary>
    public TimeSpan Check { get; init => field = NotNegative(value); } = TimeSpan.FromSeconds(30);

    /// <summary>STATUS. 10 s.</summary>
    public TimeSpan Status { get; init => field = NotNegative(value); } = TimeSpan.FromSeconds(10);

    /// <summary>GC. 60 s.</summary>
    public TimeSpan GarbageCollection { get; init => field = NotNegative(value); } = TimeSpan.FromSeconds(60);

    /// <summary>VERSION. 10 s.</summary>
    public TimeSpan Version { get; init => field = NotNegative(value); } = TimeSpan.FromSeconds(10);

    /// <summary>Between SIGTERM and SIGKILL for a plugin past its deadline. 2 s.</summary>
    public TimeSpan TerminationGrace { get; init => field = NotNegative(value); } = TimeSpan.FromSeconds(2);

    internal TimeSpan Of(CniOperation operation) => operation switch
    {
        CniOperation.Add => Add,
        CniOperation.Check => Check,
        CniOperation.Delete => Delete,
        CniOperation.Status => Status,
        CniOperation.GarbageCollection => GarbageCollection,
        _ => Version,
    };

    // An infinite deadline would let a plugin that hangs block its container's lock indefinitely.
    private static TimeSpan NotNegative(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
        return value;
    }
}

/// <summary>The running deadline of one operation; starts when it is made.</summary>
internal sealed class OperationDeadline(TimeProvider timeProvider, TimeSpan total)
{
    private readonly long _start = timeProvider.GetTimestamp();

    public TimeSpan Total => total;

    public TimeSpan Left => total - timeProvider.GetElapsedTime(_start);
}
