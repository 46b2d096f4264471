namespace Bridge.Adapter.Ui;

/// <summary>Wakes one waiter; several signals before it waits count as one. Any thread.</summary>
internal sealed class Wakeups : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0);

    public void Signal()
    {
        if (_signal.CurrentCount == 0)
            _signal.Release();
    }

    /// <returns>False: the time is over.</returns>
    public async Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (!await _signal.WaitAsync(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, cancellationToken))
            return false;

        while (_signal.CurrentCount > 0)
            await _signal.WaitAsync(cancellationToken);

        return true;
    }

    public void Dispose() => _signal.Dispose();
}
