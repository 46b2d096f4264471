namespace Bridge.Adapter.Networks;

/// <summary>
/// Networks that Docker has just had deleted. It lists them until its own part is done, so that a list from before tells nothing; one that stays listed
/// is there after all, because Docker's part failed.
/// </summary>
internal sealed class DeletedNetworks
{
    private const int Remembered = 256;

    private readonly Lock _lock = new();

    // Guarded by _lock. Ids do not recur.
    private readonly Queue<string> _ids = new();

    public void Add(string networkId)
    {
        lock (_lock)
        {
            _ids.Enqueue(networkId);
            if (_ids.Count > Remembered)
                _ids.Dequeue();
        }
    }

    public bool Contains(string networkId)
    {
        lock (_lock)
            return _ids.Contains(networkId);
    }
}
