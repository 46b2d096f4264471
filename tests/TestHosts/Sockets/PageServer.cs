using System.Net.Sockets;
using System.Text;

namespace Bridge.TestHosts.Sockets;

/// <summary>Serves one page over HTTP/1.0 until it is disposed, one visitor at a time.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private readonly Socket listener;
    private readonly byte[] response;
    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;

    public PageServer(Socket listener, string page)
    {
        this.listener = listener;
        response = Encoding.UTF8.GetBytes($"HTTP/1.0 200 OK\r\nContent-Length: {Encoding.UTF8.GetByteCount(page)}\r\n\r\n{page}");
        loop = ServeAsync(stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop;
        listener.Dispose();
        stop.Dispose();
    }

    private async Task ServeAsync(CancellationToken cancellationToken)
    {
        var request = new byte[4096];
        while (true)
        {
            try
            {
                using var visitor = await listener.AcceptAsync(cancellationToken);
                await visitor.ReceiveAsync(request, cancellationToken);
                await visitor.SendAsync(response, cancellationToken);
                visitor.Shutdown(SocketShutdown.Both);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // The visitor left early; the next one is welcome.
            }
        }
    }
}
