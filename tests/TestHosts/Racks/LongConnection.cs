using System.Net;
using System.Net.Sockets;

namespace Bridge.TestHosts.Racks;

/// <summary>One TCP connection between two stations, on which a byte goes there and back all the time.</summary>
public sealed class LongConnection : IAsyncDisposable
{
    private const int Port = 83;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly Socket[] _sockets;
    private readonly Task _work;
    private int _exchanges;

    private LongConnection(Socket listener, Socket client, Socket server)
    {
        _sockets = [listener, client, server];
        _work = Task.WhenAll(AskAsync(client), AnswerAsync(server));
    }

    /// <summary>How many bytes have come back.</summary>
    public int Exchanges => Volatile.Read(ref _exchanges);

    public static async Task<LongConnection> OpenAsync(Station from, Station to, CancellationToken cancellationToken)
    {
        var listener = to.Vantage.Listen(Port);
        var client = from.Vantage.OpenTcp();
        await client.ConnectAsync(new IPEndPoint(IPAddress.Parse(to.Address), Port), cancellationToken);
        return new LongConnection(listener, client, await listener.AcceptAsync(cancellationToken));
    }

    /// <returns>Whether the connection still carries bytes.</returns>
    public async Task<bool> IsAliveAsync(CancellationToken cancellationToken)
    {
        var before = Exchanges;
        return await Eventually.IsTrueAsync(
            _ => Task.FromResult(Exchanges > before + 1 || _work.IsCompleted), Patience, cancellationToken) && !_work.IsCompleted;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var socket in _sockets)
            socket.Dispose();

        await _work.ContinueWith(_ => { }, TaskScheduler.Default); // Cancelled, or broken: IsAliveAsync has told that.
        _stop.Dispose();
    }

    private async Task AskAsync(Socket client)
    {
        var buffer = new byte[1];
        while (true)
        {
            await client.SendAsync(buffer, _stop.Token);
            if (await client.ReceiveAsync(buffer, _stop.Token) == 0)
                return;

            Interlocked.Increment(ref _exchanges);
            await Task.Delay(Pause, TimeProvider.System, _stop.Token);
        }
    }

    private async Task AnswerAsync(Socket server)
    {
        var buffer = new byte[1];
        while (await server.ReceiveAsync(buffer, _stop.Token) > 0)
            await server.SendAsync(buffer, _stop.Token);
    }
}
