namespace Bridge.Soak.Totals;

/// <summary>How often each fault was injected.</summary>
internal sealed class FaultTotals(EventLog events)
{
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly SortedDictionary<string, int> _injected = new(StringComparer.Ordinal);

    private int _kills;

    /// <summary>Of processes, whatever they were.</summary>
    public int Kills => Volatile.Read(ref _kills);

    public void Injected(string fault, string details = "")
    {
        events.Write($"fault  {fault} {details}");
        lock (_lock)
            _injected[fault] = _injected.GetValueOrDefault(fault) + 1;
    }

    public void Killed(string fault, string details = "")
    {
        Interlocked.Increment(ref _kills);
        Injected(fault, details);
    }

    public IReadOnlyList<(string Fault, int Times)> All()
    {
        lock (_lock)
            return [.. _injected.Select(entry => (entry.Key, entry.Value))];
    }
}
