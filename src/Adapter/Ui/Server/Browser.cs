namespace Bridge.Adapter.Ui.Server;

/// <summary>
/// What one browser is still to get. Guarded by the gate of <see cref="Browsers"/>; only the signal may be waited for without it.
/// </summary>
internal sealed class Browser : IDisposable
{
    /// <summary>Then it gets the newest picture instead of what it has missed.</summary>
    public const int MostEvents = 128;

    /// <inheritdoc cref="MostEvents"/>
    public const int MostBytes = 1 << 20;

    private readonly Queue<byte[]> _events = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private int _bytes;

    /// <summary>The next thing that it gets is the newest picture.</summary>
    public bool NeedsPicture { get; set; } = true;

    /// <summary>Adds an event, or gives up those before it for the newest picture.</summary>
    public void Add(byte[] one)
    {
        if (NeedsPicture)
            return; // The picture will be newer.

        if (_events.Count >= MostEvents || _bytes + one.Length > MostBytes)
        {
            Clear();
            NeedsPicture = true;
        }
        else
        {
            _events.Enqueue(one);
            _bytes += one.Length;
        }

        Wake();
    }

    /// <returns>Null: it has everything.</returns>
    public byte[]? Take()
    {
        if (!_events.TryDequeue(out var one))
            return null;

        _bytes -= one.Length;
        return one;
    }

    public void Clear()
    {
        _events.Clear();
        _bytes = 0;
    }

    public void Wake()
    {
        if (_signal.CurrentCount == 0)
            _signal.Release();
    }

    public void Dispose() => _signal.Dispose();

    /// <summary>Waits for <see cref="Wake"/>.</summary>
    /// <returns>False: the time is over.</returns>
    public Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellationToken) => _signal.WaitAsync(limit, cancellationToken);
}
