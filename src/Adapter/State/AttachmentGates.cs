namespace Bridge.Adapter.State;

/// <summary>
/// One operation at a time per endpoint (CNI SPEC §3: never two operations for one container at once); different endpoints do not wait for
/// each other.
/// </summary>
internal sealed class AttachmentGates
{
    private readonly Lock _lock = new();

    // Guarded by _lock: a gate is dropped when the last one who entered or waits has gone.
    private readonly Dictionary<string, Gate> _gates = new(StringComparer.Ordinal);

    public async Task<IDisposable> EnterAsync(string endpointId, CancellationToken cancellationToken)
    {
        Gate gate;
        lock (_lock)
        {
            if (!_gates.TryGetValue(endpointId, out gate!))
                _gates[endpointId] = gate = new Gate();

            gate.Users++;
        }

        try
        {
            await gate.Semaphore.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Leave(endpointId, gate, entered: false);
            throw;
        }

        return new Passage(this, endpointId, gate);
    }

    /// <summary>Whether somebody is at work on it, or about to be, at this moment.</summary>
    public bool IsEntered(string endpointId)
    {
        lock (_lock)
            return _gates.ContainsKey(endpointId);
    }

    private void Leave(string endpointId, Gate gate, bool entered)
    {
        lock (_lock)
        {
            if (entered)
                gate.Semaphore.Release();

            if (--gate.Users == 0)
            {
                _gates.Remove(endpointId);
                gate.Semaphore.Dispose();
            }
        }
    }

    private sealed class Gate
    {
        public SemaphoreSlim Semaphore { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Passage(AttachmentGates gates, string endpointId, Gate gate) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (!_left)
            {
                _left = true;
                gates.Leave(endpointId, gate, entered: true);
            }
        }
    }
}
