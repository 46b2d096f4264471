using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Reachability.Probes;

/// <summary>
/// Answers in a namespace until it is disposed: over TCP with a random token, which shows that the right one was reached, and over UDP,
/// where that is requested, with what it receives, unsplit. Reads nothing from TCP clients.
/// </summary>
internal sealed class Listener : IAsyncDisposable
{
    /// <summary>In bytes.</summary>
    public const int TokenLength = 16;

    private const int LargestDatagram = 65535;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _sockets = [];
    private readonly List<Task> _loops = [];

    private Listener() => Random.Shared.NextBytes(Token);

    public byte[] Token { get; } = new byte[TokenLength];

    /// <param name="network">Where it listens.</param>
    /// <param name="echoes">Whether over UDP too.</param>
    /// <param name="at">The addresses, and the ports; 0 for one that is free.</param>
    /// <returns>The listener, and where it listens over TCP.</returns>
    public static (Listener Listener, IReadOnlyList<IPEndPoint> EndPoints) Start(
        NetworkNamespace network, bool echoes, params IEnumerable<IPEndPoint> at)
    {
        var listener = new Listener();
        List<IPEndPoint> endPoints = [];
        try
        {
            foreach (var endPoint in at)
                endPoints.Add(listener.Add(network, echoes, endPoint));

            return (listener, endPoints);
        }
        catch
        {
            listener._stop.Cancel();
            listener._sockets.ForEach(socket => socket.Dispose());
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        _sockets.ForEach(socket => socket.Dispose());
        _stop.Dispose();
    }

    private IPEndPoint Add(NetworkNamespace network, bool echoes, IPEndPoint at)
    {
        var stream = NamespaceSocket.Stream(network, at.AddressFamily);
        _sockets.Add(stream);
        Bind(stream, at);
        stream.Listen();
        var bound = (IPEndPoint)stream.LocalEndPoint!;
        _loops.Add(GreetAsync(stream));
        if (echoes)
        {
            var datagrams = NamespaceSocket.UnsplitDatagrams(network, at.AddressFamily);
            _sockets.Add(datagrams);
            Bind(datagrams, bound);
            _loops.Add(EchoAsync(datagrams));
        }

        return bound;
    }

    private static void Bind(Socket socket, IPEndPoint at)
    {
        if (at.AddressFamily == AddressFamily.InterNetworkV6)
            socket.DualMode = false;

        socket.Bind(at);
    }

    private async Task GreetAsync(Socket socket)
    {
        while (true)
        {
            try
            {
                using var client = await socket.AcceptAsync(_stop.Token);
                await client.SendAsync(Token, _stop.Token);
                client.Shutdown(SocketShutdown.Both);
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client has gone.
            }
        }
    }

    private async Task EchoAsync(Socket socket)
    {
        var datagram = new byte[LargestDatagram];
        var any = new IPEndPoint(NamespaceSocket.Any(socket.AddressFamily), 0);
        while (true)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(datagram, any, _stop.Token);
                await socket.SendToAsync(datagram.AsMemory(0, received.ReceivedBytes), received.RemoteEndPoint, _stop.Token);
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // Larger than the link takes, or the sender has gone.
            }
        }
    }
}
