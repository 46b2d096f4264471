using System.Collections.Concurrent;

namespace Bridge.Adapter.Cri;

/// <summary>One client for each socket: its channel takes megabytes. A host has a few sockets at most.</summary>
internal sealed class CriClients(TimeProvider timeProvider) : IDisposable
{
    private readonly ConcurrentDictionary<string, CriClient> _clients = new(StringComparer.Ordinal);

    public CriClient Of(string socketPath) => _clients.GetOrAdd(socketPath, path => new CriClient(path, timeProvider));

    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
    }
}
