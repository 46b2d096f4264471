using System.Text;

namespace Bridge.Adapter.Telemetry;

/// <summary>
/// Log lines on their way to the writer. Logging never blocks: a stalled reader of the pipe would otherwise stall every answer to Docker.
/// Lines beyond the limit are dropped and counted, and the log states the count as soon as there is room again.
/// </summary>
/// <param name="mostCharacters">Of all lines together.</param>
/// <param name="notice">Makes the line that reports how many are missing.</param>
internal sealed class LogQueue(int mostCharacters, Func<long, string> notice)
{
    private readonly object _gate = new(); // Not a Lock: the writer waits on it.
    private readonly Queue<LogLine> _lines = new();
    private long _dropped;

    // All guarded by _gate.
    private int _held;
    private long _untold;
    private bool _isFull;
    private bool _isClosed;

    /// <summary>How many lines were dropped.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Returns at once.</summary>
    public void Add(string line)
    {
        lock (_gate)
        {
            // Once full, it takes nothing before it is half empty: one gap in the log, not one at every other line.
            if (_isClosed || _held + line.Length > (_isFull ? mostCharacters / 2 : mostCharacters))
            {
                _isFull = true;
                Lose_NeedsLock();
                return;
            }

            _isFull = false;
            TellLosses_NeedsLock();
            Append_NeedsLock(new LogLine(line, Losses: 0));
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Counts a line that was taken and could not be written. A lost notice is repeated later.</summary>
    public void Lose(LogLine line)
    {
        lock (_gate)
        {
            if (line.Losses > 0)
                _untold += line.Losses;
            else
                Lose_NeedsLock();
        }
    }

    /// <summary>The oldest line, as soon as there is one; null when there will be none any more.</summary>
    public LogLine? Take()
    {
        lock (_gate)
        {
            while (_lines.Count == 0 && !_isClosed)
                Monitor.Wait(_gate);

            if (_lines.Count == 0)
                return null;

            var line = _lines.Dequeue();
            _held -= line.Text.Length;
            if (_lines.Count == 0 && _isFull)
            {
                _isFull = false;
                TellLosses_NeedsLock();
            }

            return line;
        }
    }

    /// <summary>Accepts no more lines; queued ones can still be taken.</summary>
    public void Close()
    {
        lock (_gate)
        {
            TellLosses_NeedsLock();
            _isClosed = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Lose_NeedsLock()
    {
        _untold++;
        Interlocked.Increment(ref _dropped);
    }

    private void TellLosses_NeedsLock()
    {
        if (_untold > 0)
        {
            Append_NeedsLock(new LogLine(notice(_untold), _untold));
            _untold = 0;
        }
    }

    private void Append_NeedsLock(LogLine line)
    {
        _lines.Enqueue(line);
        _held += line.Text.Length;
    }
}

/// <summary>A line of the log.</summary>
/// <param name="Text">With the break at its end.</param>
/// <param name="Losses">How many missing lines it reports; 0 for every other line.</param>
internal readonly record struct LogLine(string Text, long Losses);

/// <summary>Writes the lines of a queue on its own thread, which a slow reader may block in the kernel.</summary>
internal sealed class LogWriter : IDisposable
{
    /// <summary>The longest wait at the end for the lines that are still in the queue.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly LogQueue _queue;
    private readonly Func<byte[], bool> _tryWrite;
    private readonly Thread _thread;

    /// <param name="queue">The lines.</param>
    /// <param name="tryWrite">Writes one, however long that takes; false when that is not possible.</param>
    public LogWriter(LogQueue queue, Func<byte[], bool> tryWrite)
    {
        (_queue, _tryWrite) = (queue, tryWrite);
        _thread = new Thread(Write) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    public void Dispose()
    {
        _queue.Close();
        _thread.Join(Patience);
    }

    // A full disk or a closed pipe loses this line only.
    private void Write()
    {
        while (_queue.Take() is { } line)
        {
            if (!_tryWrite(Encoding.UTF8.GetBytes(line.Text)))
                _queue.Lose(line);
        }
    }
}
