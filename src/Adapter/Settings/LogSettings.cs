namespace Bridge.Adapter.Settings;

/// <summary>What the daemon logs.</summary>
internal sealed record LogSettings
{
    /// <summary>
    /// The least important level that is written: trace, debug, information, warning, error, critical or none. Trace includes whole
    /// messages.
    /// </summary>
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>The log file instead of standard output; from the command line only. Absolute path.</summary>
    public string? File { get; init; }

    /// <summary>One of two formats of lines.</summary>
    public LogFormat Format { get; init; } = LogFormat.Text;

    /// <summary>Whether lines on standard output begin with the priority that journald reads (sd-daemon(3)).</summary>
    public LogPriorities Priorities { get; init; } = LogPriorities.Auto;
}

internal enum LogPriorities
{
    /// <summary>When standard output is a connection to journald.</summary>
    Auto,

    /// <summary>Always; a log file has none all the same.</summary>
    Always,

    Never,
}

internal enum LogFormat
{
    /// <summary>One line per event, for people and for journald.</summary>
    Text,

    /// <summary>One JSON object per line.</summary>
    Json,
}
