using System.Globalization;

namespace Bridge.Soak.Totals;

/// <summary>The order of events, with times that can be laid beside the daemons' logs.</summary>
internal sealed class EventLog(string path, TimeProvider timeProvider) : IDisposable
{
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly StreamWriter _file = new(path) { AutoFlush = true };

    public void Write(string line)
    {
        lock (_lock)
            _file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{timeProvider.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fff}Z {line}"));
    }

    public void Dispose() => _file.Dispose();
}
