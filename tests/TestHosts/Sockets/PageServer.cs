using System.Net.Sockets;
using System.Text;

namespace Bridge.TestHosts.Sockets;

/// <summary>Answers every HTTP request until it is disposed, one client at a time.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly Func<Socket, byte[]> _response;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public PageServer(Socket listener, string page, string status = "200 OK")
        : this(Response(page, status), listener)
    {
    }

    /// <param name="listener">Of the server.</param>
    /// <param name="page">For each visitor.</param>
    public PageServer(Socket listener, Func<Socket, string> page)
        : this(visitor => Response(page(visitor), "200 OK"), listener)
    {
    }

    private PageServer(byte[] response, Socket listener)
        : this(_ => response, listener)
    {
    }

    private PageServer(Func<Socket, byte[]> response, Socket listener)
    {
        (_listener, _response) = (listener, response);
        _loop = ServeAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _listener.Dispose();
        _stop.Dispose();
    }

    private static byte[] Response(string page, string status) =>
        Encoding.UTF8.GetBytes($"HTTP/1.0 {status}\r\nContent-Length: {Encoding.UTF8.GetByteCount(page)}\r\n\r\n{page}");

    private async Task ServeAsync(CancellationToken cancellationToken)
    {
        var request = new byte[4096];
        while (true)
        {
            try
            {
                using var visitor = await _listener.AcceptAsync(cancellationToken);
                await visitor.ReceiveAsync(request, cancellationToken);
                await visitor.SendAsync(_response(visitor), cancellationToken);
                visitor.Shutdown(SocketShutdown.Both);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client closed the connection early.
            }
        }
    }
}
