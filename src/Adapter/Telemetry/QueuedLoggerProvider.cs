using CniInvoker;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Telemetry;

/// <summary>The way of every line to standard output, or to a file.</summary>
internal sealed class QueuedLoggerProvider : ILoggerProvider
{
    // A burst of some ten thousand lines.
    private const int MostCharacters = 1 << 20;

    private const int StandardOutput = 1;

    private readonly ConsoleFormatter _formatter;
    private readonly LogWriter _writer;

    /// <param name="formatters">All that there are.</param>
    /// <param name="format">The name of the one to use.</param>
    /// <param name="file">Null: standard output.</param>
    public QueuedLoggerProvider(IEnumerable<ConsoleFormatter> formatters, string format, LogFile? file)
    {
        _formatter = formatters.Single(formatter => formatter.Name == format);
        Queue = new LogQueue(MostCharacters, Notice);
        var output = new SafeFileHandle(StandardOutput, ownsHandle: false);
        _writer = new LogWriter(Queue, file is null ? line => LibC.TryWriteAll(output, line) : line => file.TryWrite(line));
    }

    public LogQueue Queue { get; }

    public ILogger CreateLogger(string categoryName) => new QueuedLogger(categoryName, _formatter, Queue.Add);

    public void Dispose() => _writer.Dispose();

    private string Notice(long dropped)
    {
        var line = "";
        new QueuedLogger(typeof(LogQueue).FullName!, _formatter, text => line = text).LinesDropped(dropped);
        return line;
    }
}
