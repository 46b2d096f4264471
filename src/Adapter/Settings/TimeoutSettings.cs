using CniInvoker;

namespace Bridge.Adapter.Settings;

/// <summary>
/// Deadlines of the CNI operations; a whole chain of plugins shares one. In the file with a unit: <c>60s</c>, <c>2m</c>, <c>500ms</c>.
/// </summary>
internal sealed record TimeoutSettings
{
    private static readonly CniDeadlines Defaults = new();

    /// <summary>
    /// ADD of one attachment. When it is over the plugins are stopped, what they made is deleted and the container does not start. 100 ms
    /// to 30 min.
    /// </summary>
    public TimeSpan Add { get; init; } = Defaults.Add;

    /// <summary>DEL of one attachment. When it is over the DEL is tried again later. 100 ms to 30 min.</summary>
    public TimeSpan Delete { get; init; } = Defaults.Delete;

    /// <summary>CHECK of one attachment. 100 ms to 30 min.</summary>
    public TimeSpan Check { get; init; } = Defaults.Check;

    /// <summary>VERSION and STATUS, asked when a Docker network is created. 100 ms to 30 min.</summary>
    public TimeSpan Probe { get; init; } = Defaults.Status;

    /// <summary>
    /// Until Docker, which would wait for ever, has its answer, whatever hangs. At least ADD, the DEL of a failed one and the graces of both,
    /// or calls that are going well would be given up. 100 ms to 2 h.
    /// </summary>
    public TimeSpan Call { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>Between SIGTERM and SIGKILL for a plugin that is past its deadline. 0 to 1 min.</summary>
    public TimeSpan TerminationGrace { get; init; } = Defaults.TerminationGrace;

    /// <summary>What a call needs at most whose plugins keep to their deadlines: ADD fails at the last moment, and is undone.</summary>
    public TimeSpan LongestRegularCall => Add + Delete + (2 * TerminationGrace);

    /// <summary>The same in CNI's words.</summary>
    public CniDeadlines Deadlines => new()
    {
        Add = Add,
        Delete = Delete,
        Check = Check,
        Status = Probe,
        Version = Probe,
        GarbageCollection = Delete,
        TerminationGrace = TerminationGrace,
    };
}
