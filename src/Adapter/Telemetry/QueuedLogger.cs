using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Bridge.Adapter.Telemetry;

/// <summary>Makes lines of what is logged under one category.</summary>
/// <param name="category">The category.</param>
/// <param name="formatter">How a line looks.</param>
/// <param name="sink">Takes each line, with the break at its end. Must not block.</param>
internal sealed class QueuedLogger(string category, ConsoleFormatter formatter, Action<string> sink) : ILogger
{
    // A plugin's stderr can be long; beyond this nobody reads it in a log.
    private const int LongestLine = 64 * 1024;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatMessage)
    {
        using var writer = new StringWriter();
        formatter.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatMessage), scopeProvider: null, writer);
        var line = Printable.Of(writer.ToString().TrimEnd('\n'));
        if (line.Length > 0)
            sink(line.Length <= LongestLine ? $"{line}\n" : $"{line[..LongestLine]}… ({line.Length - LongestLine} more characters)\n");
    }
}
