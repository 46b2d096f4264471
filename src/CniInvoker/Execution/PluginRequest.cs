namespace CniInvoker;

/// <summary>One run of one plugin.</summary>
public sealed record PluginRequest
{
    /// <summary>The absolute path of the binary.</summary>
    public required string Path { get; init; }

    /// <summary>The plugin's type, for messages.</summary>
    public required string PluginType { get; init; }

    /// <summary>What the plugin is asked to do.</summary>
    public required CniOperation Operation { get; init; }

    /// <summary>The network, for messages; empty for VERSION.</summary>
    public required string NetworkName { get; init; }

    /// <summary>The container, for messages; empty for VERSION, STATUS and GC.</summary>
    public required string ContainerId { get; init; }

    /// <summary>The plugin's configuration as UTF-8 JSON.</summary>
    public required ReadOnlyMemory<byte> Stdin { get; init; }

    /// <summary>The whole environment; nothing is inherited.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    /// <summary>How long the run may take.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>Between SIGTERM and SIGKILL once the deadline is over.</summary>
    public required TimeSpan TerminationGrace { get; init; }

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
