namespace CniInvoker;

/// <summary>What came of one run of a plugin.</summary>
public sealed record PluginOutput
{
    /// <summary>The exit status; meaningless when a signal ended the plugin.</summary>
    public required int ExitCode { get; init; }

    /// <summary>The signal that ended the plugin; 0 when it exited by itself.</summary>
    public required int Signal { get; init; }

    /// <summary>The deadline was over, and the plugin with all its children has been ended.</summary>
    public required bool TimedOut { get; init; }

    /// <summary>All that it wrote to stdout.</summary>
    public required ReadOnlyMemory<byte> Stdout { get; init; }

    /// <summary>All that it wrote to stderr.</summary>
    public required string Stderr { get; init; }

    /// <summary>From the start to the end of the plugin.</summary>
    public required TimeSpan Duration { get; init; }
}
