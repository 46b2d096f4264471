namespace Bridge.Adapter.Cnm;

/// <summary>
/// Calls that Docker was told are late and that still run, by the endpoint they are about. `docker rm` is four calls; when a disk or a plugin hangs, those
/// behind the first would each wait as long as it did, for the same thing.
/// </summary>
internal sealed class LateCalls
{
    private readonly Lock _lock = new();

    // Guarded by _lock. By endpoint, the methods in the order in which they became late.
    private readonly Dictionary<string, List<string>> _running = new(StringComparer.Ordinal);

    /// <summary>What the endpoint waits for; null: nothing.</summary>
    public string? FirstOf(string? endpointId)
    {
        lock (_lock)
            return endpointId is not null && _running.TryGetValue(endpointId, out var methods) ? methods[0] : null;
    }

    public void Add(string endpointId, string method)
    {
        lock (_lock)
        {
            if (!_running.TryGetValue(endpointId, out var methods))
                _running[endpointId] = methods = [];

            methods.Add(method);
        }
    }

    public void Remove(string endpointId, string method)
    {
        lock (_lock)
        {
            var methods = _running[endpointId];
            methods.Remove(method);
            if (methods.Count == 0)
                _running.Remove(endpointId);
        }
    }
}
