namespace Bridge.Adapter.History;

/// <summary>
/// An event on its way to the writer, which completes it: JSON and redaction cost the one who adds it nothing.
/// </summary>
/// <param name="Weight">Bytes that it keeps in memory.</param>
/// <param name="Make">Called once, on the writer's thread.</param>
internal readonly record struct QueuedEvent(int Weight, Func<HistoryEvent> Make);

/// <summary>
/// Events for the writer's thread. Adding never blocks: an event without room is dropped and counted. The disk may be slow.
/// </summary>
/// <param name="heaviest">Bytes of all together.</param>
internal sealed class HistoryQueue(int heaviest)
{
    private const int MostAtOnce = 64;

    private readonly object _gate = new(); // Not a Lock: the writer waits on it.
    private readonly Queue<QueuedEvent> _events = new();

    // All guarded by _gate.
    private long _held;
    private long _dropped;
    private bool _isClosed;

    /// <summary>Returns at once.</summary>
    public void Add(QueuedEvent added)
    {
        lock (_gate)
        {
            if (_isClosed || _held + added.Weight > heaviest)
            {
                _dropped++;
                return;
            }

            _held += added.Weight;
            _events.Enqueue(added);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>The oldest events, as soon as there are any, and how many were dropped after them; null when there will be none.</summary>
    public (IReadOnlyList<QueuedEvent> Events, long Dropped)? Take()
    {
        lock (_gate)
        {
            while (_events.Count == 0 && !_isClosed)
                Monitor.Wait(_gate);

            if (_events.Count == 0)
                return null;

            var taken = new List<QueuedEvent>(Math.Min(_events.Count, MostAtOnce));
            while (taken.Count < MostAtOnce && _events.TryDequeue(out var next))
            {
                _held -= next.Weight;
                taken.Add(next);
            }

            var dropped = _events.Count == 0 ? _dropped : 0; // Those that were dropped came after all that are in the queue.
            _dropped -= dropped;
            return (taken, dropped);
        }
    }

    /// <summary>Accepts no more events; queued ones can still be taken.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.Pulse(_gate);
        }
    }
}
