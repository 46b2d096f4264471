using System.Text;

namespace Bridge.Adapter.Telemetry;

/// <summary>Writes the lines of a queue, on a thread of its own that may be stuck in the kernel for as long as the reader likes.</summary>
internal sealed class LogWriter : IDisposable
{
    /// <summary>For what is in the queue at the end; nobody waits longer for a reader that has stopped.</summary>
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

    // A disk that is full, a reader that has gone: the line is lost, and the next may fare better.
    private void Write()
    {
        while (_queue.Take() is { } line)
        {
            if (!_tryWrite(Encoding.UTF8.GetBytes(line.Text)))
                _queue.Lose(line);
        }
    }
}
