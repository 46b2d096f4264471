namespace Bridge.Adapter;

/// <summary>The processor priority of the plugins that the current work starts. Nobody waits for those in the background.</summary>
internal sealed class PluginPriority
{
    private readonly AsyncLocal<int> _niceness = new();

    /// <summary>See nice(2); 0 is that of cnm-cni.</summary>
    public int Niceness => _niceness.Value;

    /// <summary>Until it is disposed, in this asynchronous flow.</summary>
    public IDisposable Lower(int niceness)
    {
        var before = _niceness.Value;
        _niceness.Value = niceness;
        return new Restored(this, before);
    }

    private sealed class Restored(PluginPriority priority, int before) : IDisposable
    {
        public void Dispose() => priority._niceness.Value = before;
    }
}
