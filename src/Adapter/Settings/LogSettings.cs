namespace Bridge.Adapter.Settings;

/// <summary>What the daemon logs.</summary>
internal sealed record LogSettings
{
    /// <summary>
    /// The least important level that is written: trace, debug, information, warning, error, critical or none. Trace includes whole
    /// messages.
    /// </summary>
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>Where it goes instead of standard output; said on the command line. Absolute path.</summary>
    public string? File { get; init; }

    /// <summary>Lines for people or for machines.</summary>
    public LogFormat Format { get; init; } = LogFormat.Text;
}
