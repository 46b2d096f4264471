using CniInvoker;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Telemetry;

/// <summary>Logs to standard output or to a file, through a queue.</summary>
internal sealed class QueuedLoggerProvider : ILoggerProvider
{
    // A burst of some ten thousand lines.
    private const int MostCharacters = 1 << 20;

    private readonly ConsoleFormatter _formatter;
    private readonly bool _hasPriorities;
    private readonly LogWriter _writer;

    /// <param name="formatters">All that there are.</param>
    /// <param name="format">The name of the one to use.</param>
    /// <param name="file">Null: standard output.</param>
    /// <param name="hasPriorities">Whether lines begin with their priority.</param>
    public QueuedLoggerProvider(IEnumerable<ConsoleFormatter> formatters, string format, LogFile? file, bool hasPriorities)
    {
        _hasPriorities = hasPriorities;
        _formatter = formatters.Single(formatter => formatter.Name == format);
        Queue = new LogQueue(MostCharacters, Notice);
        var output = new SafeFileHandle(JournalStream.StandardOutput, ownsHandle: false);
        _writer = new LogWriter(Queue, file is null ? line => LibC.TryWriteAll(output, line) : line => file.TryWrite(line));
    }

    public LogQueue Queue { get; }

    public ILogger CreateLogger(string categoryName) => new QueuedLogger(categoryName, _formatter, Queue.Add, _hasPriorities);

    public void Dispose() => _writer.Dispose();

    private string Notice(long dropped)
    {
        var line = "";
        new QueuedLogger(typeof(LogQueue).FullName!, _formatter, text => line = text, _hasPriorities).LinesDropped(dropped);
        return line;
    }
}

/// <summary>Formats the log entries of one category.</summary>
/// <param name="category">The category.</param>
/// <param name="formatter">Formats a line.</param>
/// <param name="sink">Receives each line with its line break. Must not block.</param>
/// <param name="hasPriorities">Whether each line begins with its priority.</param>
internal sealed class QueuedLogger(string category, ConsoleFormatter formatter, Action<string> sink, bool hasPriorities) : ILogger
{
    // A plugin's stderr can be long; beyond this it is cut.
    private const int LongestLine = 64 * 1024;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatMessage)
    {
        using var writer = new StringWriter();
        formatter.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatMessage), scopeProvider: null, writer);
        var line = Printable.Of(writer.ToString().TrimEnd('\n'));
        if (line.Length > LongestLine)
            line = $"{line[..LongestLine]}… ({line.Length - LongestLine} more characters)";

        if (line.Length > 0)
            sink($"{(hasPriorities ? JournalStream.Prioritized(logLevel, line) : line)}\n");
    }
}
