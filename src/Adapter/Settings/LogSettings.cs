namespace Bridge.Adapter.Settings;

/// <summary>What the daemon writes to its standard output.</summary>
internal sealed record LogSettings
{
    /// <summary>
    /// The least important level that is written: trace, debug, information, warning, error, critical or none. Trace includes whole
    /// messages.
    /// </summary>
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>Lines for people or for machines.</summary>
    public LogFormat Format { get; init; } = LogFormat.Text;
}
