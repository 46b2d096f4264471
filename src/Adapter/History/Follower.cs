using System.Threading.Channels;

namespace Bridge.Adapter.History;

/// <summary>
/// One reader of new events. It takes as long as it likes: lines that it has no room for are dropped, and a line says how many.
/// </summary>
/// <param name="start">Where its stream begins.</param>
/// <param name="mostBytes">Of the lines that wait for it.</param>
/// <param name="notice">Makes the line that says how many are missing.</param>
internal sealed class Follower(HistoryPosition start, int mostBytes, Func<long, byte[]> notice)
{
    private readonly Channel<byte[]> _lines = Channel.CreateUnbounded<byte[]>(new() { SingleReader = true });
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private long _held;
    private long _lost;

    public HistoryPosition Start => start;

    /// <summary>Its reader is gone.</summary>
    public bool IsClosed { get; private set; }

    public void Close() => IsClosed = true;

    /// <summary>Returns at once.</summary>
    public void Publish(byte[] line)
    {
        lock (_lock)
        {
            // Once full, it takes nothing before it is half empty: one gap, not one at every other line.
            if (_held + line.Length > (_lost > 0 ? mostBytes / 2 : mostBytes))
            {
                _lost++;
                return;
            }

            TellLosses_NeedsLock();
            Append_NeedsLock(line);
        }
    }

    /// <summary>The next line, as soon as there is one.</summary>
    public async ValueTask<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        var line = await _lines.Reader.ReadAsync(cancellationToken);
        lock (_lock)
        {
            _held -= line.Length;
            if (_held == 0)
                TellLosses_NeedsLock();
        }

        return line;
    }

    private void TellLosses_NeedsLock()
    {
        if (_lost > 0)
            Append_NeedsLock(notice(_lost));

        _lost = 0;
    }

    private void Append_NeedsLock(byte[] line)
    {
        _held += line.Length;
        _lines.Writer.TryWrite(line);
    }
}
