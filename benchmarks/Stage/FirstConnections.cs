using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;
using Bridge.TestHosts;

namespace Bridge.Benchmarks.Stage;

/// <summary>Listens in the host, and notes when a container's first process has reached it.</summary>
internal sealed class FirstConnections : IAsyncDisposable
{
    private const int Port = 9;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _listener;
    private readonly Channel<long> _times = Channel.CreateUnbounded<long>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public FirstConnections(TestHost host)
    {
        _listener = host.FromHost.Listen(Port);
        _loop = AcceptAsync(_stop.Token);
    }

    /// <summary>
    /// The command of a container that connects to the host as soon as it can, and then stays. TCP repeats a lost packet by itself; the
    /// shell repeats what fails at once, because there is no route yet.
    /// </summary>
    /// <param name="gateway">The host's address; null: the container only stays.</param>
    public static IReadOnlyList<string> Command(string? gateway) =>
        ["sh", "-c", gateway is null ? "exec sleep infinity" : $"until nc {gateway} {Port} </dev/null; do :; done; exec sleep infinity"];

    /// <summary>Connections so far do not count.</summary>
    public void Forget()
    {
        while (_times.Reader.TryRead(out _))
        {
        }
    }

    /// <returns>Milliseconds from <paramref name="start"/>, a timestamp, to the next connection.</returns>
    public async Task<double> SinceAsync(long start, CancellationToken cancellationToken) =>
        Stopwatch.GetElapsedTime(
            start, await _times.Reader.ReadAsync(cancellationToken).AsTask().WaitAsync(Patience, cancellationToken)).TotalMilliseconds;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                using var connection = await _listener.AcceptAsync(cancellationToken);
                _times.Writer.TryWrite(Stopwatch.GetTimestamp());
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}
