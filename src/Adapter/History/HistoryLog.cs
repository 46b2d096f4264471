using System.Text.Json;
using Bridge.Adapter.Redaction;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.History;

/// <summary>
/// Takes events, writes them to the ring on a thread of its own, and shows them to followers. Who adds an event never waits; what the disk
/// or the queue does not take is counted, and the next line says it.
/// </summary>
internal sealed class HistoryLog : IDisposable
{
    /// <summary>Followers at a time; each may keep <see cref="FollowerBytes"/> in memory.</summary>
    public const int MostFollowers = 8;

    private const int QueueBytes = 4 << 20;
    private const int FollowerBytes = 1 << 20;
    private const int EventBytes = 512;

    // One write to the disk.
    private const int WriteBytes = 64 << 10;

    // A disk that hangs must not keep the threads of those who ask.
    private static readonly TimeSpan FollowPatience = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait at the end for the events that are still in the queue.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly HistoryQueue _queue = new(QueueBytes);
    private readonly HistoryJson _json = HistoryJson.Readable();
    private readonly TimeProvider _timeProvider;
    private readonly HistorySegments? _segments;
    private readonly Redactor _redactor; // Of the writer's thread. It remembers the secrets that it has seen.
    private readonly Thread? _thread;
    private readonly Lock _lock = new();

    // Guarded by _lock, so that a follower begins exactly where the files end.
    private readonly List<Follower> _followers = [];

    private long _unwritten; // Of the writer's thread: events that the disk refused, and no line says so yet.
    private long _lost;

    /// <param name="settings">Where the ring is, and its size; with size 0 nothing is kept. And the variables that are secret.</param>
    /// <param name="timeProvider">Stamps the events.</param>
    public HistoryLog(AdapterSettings settings, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _redactor = new Redactor(settings.PluginEnvironment.Values);
        if (settings.History.Size == 0)
        {
            HistorySegments.Remove(settings.HistoryDirectory);
            return;
        }

        _segments = new HistorySegments(settings.HistoryDirectory, settings.History.Size);
        _thread = new Thread(Write) { IsBackground = true, Name = "history" };
        _thread.Start();
    }

    public bool IsOn => _thread is not null;

    /// <summary>How many events are missing in the files.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Returns at once. Nothing happens where no history is kept.</summary>
    /// <param name="kind">What has happened, now.</param>
    /// <param name="complete">Adds everything else, on another thread, without secrets.</param>
    /// <param name="bytes">What <paramref name="complete"/> keeps in memory until then.</param>
    public void Add(HistoryEventKind kind, Func<HistoryEvent, Redactor, HistoryEvent> complete, int bytes = 0)
    {
        if (!IsOn)
            return;

        var now = _timeProvider.GetUtcNow();
        _queue.Add(new QueuedEvent(EventBytes + bytes, () => complete(new HistoryEvent(now, kind), _redactor)));
    }

    /// <returns>Null: there are too many already, the disk does not answer, or no history is kept.</returns>
    public Follower? Follow()
    {
        if (_segments is null || !_lock.TryEnter(FollowPatience))
            return null;

        try
        {
            if (_followers.Count(follower => !follower.IsClosed) >= MostFollowers)
                return null;

            var follower = new Follower(_segments.Position, FollowerBytes, lost => Line(LossOf(lost)));
            _followers.Add(follower);
            return follower;
        }
        finally
        {
            _lock.Exit();
        }
    }

    public void Dispose()
    {
        _queue.Close();
        if (_thread?.Join(Patience) == true)
            _segments!.Dispose();
    }

    private byte[] Line(HistoryEvent written) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(written, _json.HistoryEvent), (byte)'\n'];

    private void Write()
    {
        while (_queue.Take() is { } batch)
        {
            var lines = new List<byte[]>(batch.Events.Count + 2);
            if (_unwritten > 0)
                lines.Add(Line(LossOf(_unwritten)));

            _unwritten = 0;
            var incomplete = 0L;
            foreach (var queued in batch.Events)
            {
                try
                {
                    lines.Add(Line(queued.Make()));
                }
                catch (Exception broken) when (broken is not OutOfMemoryException)
                {
                    incomplete++; // An event that makes no sense must not end the thread.
                }
            }

            if (batch.Dropped + incomplete > 0)
                lines.Add(Line(LossOf(batch.Dropped + incomplete)));

            Interlocked.Add(ref _lost, batch.Dropped + incomplete);
            Publish(lines);
        }
    }

    private void Publish(List<byte[]> lines)
    {
        lock (_lock)
        {
            for (var i = 0; i < lines.Count;)
            {
                var together = TakeTogether(lines, i);
                Append(together);
                i += together.Count;
            }

            _followers.RemoveAll(follower => follower.IsClosed);
            foreach (var follower in _followers)
                lines.ForEach(follower.Publish);
        }
    }

    private static List<byte[]> TakeTogether(List<byte[]> lines, int first)
    {
        var (count, bytes) = (1, lines[first].Length);
        while (first + count < lines.Count && bytes + lines[first + count].Length <= WriteBytes)
            bytes += lines[first + count++].Length;

        return lines.GetRange(first, count);
    }

    private void Append(List<byte[]> lines)
    {
        if (_segments!.TryAppend([.. lines.SelectMany(line => line)]))
            return;

        _unwritten += lines.Count;
        Interlocked.Add(ref _lost, lines.Count);
    }

    private HistoryEvent LossOf(long count) => new(_timeProvider.GetUtcNow(), HistoryEventKind.Lost)
    {
        Count = count,
        Text = $"{(count == 1 ? "1 event is" : $"{count} events are")} missing here: too many came at once, or the disk took none.",
    };
}
