using System.Net;
using System.Net.Sockets;

namespace Bridge.TestHosts.Sockets;

/// <summary>
/// Makes a server on 127.0.0.1 of another network namespace reachable under the same port of this namespace, for a browser, for
/// example, until it is disposed. It copies bytes and reads none of them. A side that ends its sending ends that of the other side.
/// </summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly string _namespacePath;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _connections = [];
    private readonly Task _loop;

    /// <exception cref="SocketException">The port is taken in this namespace.</exception>
    internal TcpRelay(string namespacePath, int port)
    {
        _namespacePath = namespacePath;
        Target = new IPEndPoint(IPAddress.Loopback, port);
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(Target);
        _listener.Listen();
        _loop = AcceptAsync(_stop.Token);
    }

    /// <summary>Where it listens here, and connects there.</summary>
    public IPEndPoint Target { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await Task.WhenAll(_connections);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var client = await _listener.AcceptAsync(cancellationToken);
                _connections.RemoveAll(connection => connection.IsCompleted);
                _connections.Add(RelayAsync(client, cancellationToken));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // A refusal there is the end of the connection here: a listener cannot refuse what it has accepted.
    private async Task RelayAsync(Socket client, CancellationToken cancellationToken)
    {
        using (client)
        using (var server = NamespacedSocket.Create(_namespacePath, AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            try
            {
                await server.ConnectAsync(Target, cancellationToken);
                await Task.WhenAll(CopyAsync(client, server, cancellationToken), CopyAsync(server, client, cancellationToken));
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // One side closed the connection, or the relay ends.
            }
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, cancellationToken) is > 0 and var length)
            {
                for (var sent = 0; sent < length;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), cancellationToken);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Broken on one side: the other one learns of it, also where it only waits.
            from.Close();
            to.Close();
        }
        catch (ObjectDisposedException)
        {
            // The other direction has found the connection broken.
        }
    }
}
