namespace CniInvoker;

/// <summary>Runs one plugin once. The seam between the protocol and the operating system.</summary>
public interface IPluginExecutor
{
    /// <summary>Starts the plugin, writes its stdin and collects its output.</summary>
    /// <returns>The output, also when the plugin failed or was terminated at its deadline.</returns>
    /// <exception cref="CniException">The plugin could not run, or its output exceeds the limit.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the plugin and its children are terminated.</exception>
    Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken);
}

/// <summary>One run of one plugin.</summary>
public sealed record PluginRequest
{
    /// <summary>The absolute path of the binary.</summary>
    public required string Path { get; init; }

    /// <summary>The command line after the program's name. Plugins get none (SPEC, section 2); other programs can be run as well.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The plugin's type, for messages.</summary>
    public required string PluginType { get; init; }

    /// <summary>The operation.</summary>
    public required CniOperation Operation { get; init; }

    /// <summary>The network, for messages; empty for VERSION.</summary>
    public required string NetworkName { get; init; }

    /// <summary>The container, for messages; empty for VERSION, STATUS and GC.</summary>
    public required string ContainerId { get; init; }

    /// <summary>The plugin's configuration as UTF-8 JSON.</summary>
    public required ReadOnlyMemory<byte> Stdin { get; init; }

    /// <summary>The whole environment; nothing is inherited.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    /// <summary>The longest duration of the run.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>Between SIGTERM and SIGKILL after the deadline.</summary>
    public required TimeSpan TerminationGrace { get; init; }

    /// <summary>
    /// How much less processor time the plugin and all that it starts claim beside other processes: an increment of the caller's nice value
    /// (nice(2)). 0, as the caller, to 19.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or above 19.</exception>
    public int Niceness
    {
        get;
        init => field = value is >= 0 and <= HighestNiceness ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    private const int HighestNiceness = 19; // The kernel's lowest priority, sched(7).

    internal CniException Failure(
        uint code, string msg, string? details = null, Exception? innerException = null, string stderr = "", bool timedOut = false) =>
        new(code, msg, details, innerException)
        {
            Plugin = PluginType,
            NetworkName = NetworkName,
            Operation = Operation,
            Stderr = stderr,
            TimedOut = timedOut,
        };
}

/// <summary>The outcome of one run of a plugin.</summary>
public sealed record PluginOutput
{
    /// <summary>The exit status; meaningless when a signal ended the plugin.</summary>
    public required int ExitCode { get; init; }

    /// <summary>The signal that ended the plugin; 0 when it exited.</summary>
    public required int Signal { get; init; }

    /// <summary>The plugin and all its children were terminated at the deadline.</summary>
    public required bool TimedOut { get; init; }

    /// <summary>The whole stdout.</summary>
    public required ReadOnlyMemory<byte> Stdout { get; init; }

    /// <summary>The whole stderr.</summary>
    public required string Stderr { get; init; }

    /// <summary>From the start to the end of the plugin.</summary>
    public required TimeSpan Duration { get; init; }
}
