namespace Bridge.Adapter.State;

/// <summary>
/// One operation at a time per attachment or reservation (CNI SPEC, section 3: never two operations for one container at once). Different
/// ones do not wait for each other.
/// </summary>
internal sealed class AttachmentGates
{
    private readonly Lock _lock = new();

    // Guarded by _lock. A gate is removed when nobody holds it or waits for it.
    private readonly Dictionary<string, Gate> _gates = new(StringComparer.Ordinal);

    /// <param name="id">An endpoint id, or the container id of a reservation.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The held gate; dispose it to leave.</returns>
    public async Task<IDisposable> EnterAsync(string id, CancellationToken cancellationToken)
    {
        Gate gate;
        lock (_lock)
        {
            if (!_gates.TryGetValue(id, out gate!))
                _gates[id] = gate = new Gate();

            gate.Users++;
        }

        try
        {
            await gate.Semaphore.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Leave(id, gate, entered: false);
            throw;
        }

        return new HeldGate(this, id, gate);
    }

    /// <summary>Whether the gate is held or waited for.</summary>
    public bool IsEntered(string id)
    {
        lock (_lock)
            return _gates.ContainsKey(id);
    }

    private void Leave(string id, Gate gate, bool entered)
    {
        lock (_lock)
        {
            if (entered)
                gate.Semaphore.Release();

            if (--gate.Users == 0)
            {
                _gates.Remove(id);
                gate.Semaphore.Dispose();
            }
        }
    }

    private sealed class Gate
    {
        public SemaphoreSlim Semaphore { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class HeldGate(AttachmentGates gates, string id, Gate gate) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (!_left)
            {
                _left = true;
                gates.Leave(id, gate, entered: true);
            }
        }
    }
}
