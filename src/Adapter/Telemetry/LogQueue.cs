namespace Bridge.Adapter.Telemetry;

/// <summary>
/// Lines on their way to whoever keeps the log. Who logs never waits for who reads: a pipe whose reader has stopped would otherwise stop
/// every answer to Docker. What finds no room is dropped and counted, and the count is told in the log as soon as there is room again.
/// </summary>
/// <param name="mostCharacters">Of all lines together.</param>
/// <param name="notice">The line that tells how many are missing at its place.</param>
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

    /// <summary>How many lines nobody will ever read.</summary>
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

    /// <summary>A line that was taken and could not be written. What it was to tell of others is told later.</summary>
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

    /// <summary>Takes no more lines; those that are in it can still be taken.</summary>
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
