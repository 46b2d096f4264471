namespace Bridge.Adapter.Telemetry;

/// <summary>A line of the log.</summary>
/// <param name="Text">With the break at its end.</param>
/// <param name="Losses">How many missing lines it tells of; 0 for every other line.</param>
internal readonly record struct LogLine(string Text, long Losses);
