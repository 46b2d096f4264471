using System.Net;
using System.Net.Sockets;

namespace Bridge.TestHosts.Sockets;

/// <summary>Answers every datagram with the same bytes until it is disposed.</summary>
internal sealed class UdpEcho : IAsyncDisposable
{
    private readonly Socket socket;
    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;

    public UdpEcho(Socket socket)
    {
        this.socket = socket;
        loop = AnswerAsync(stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop;
        socket.Dispose();
        stop.Dispose();
    }

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        var datagram = new byte[512];
        while (true)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(datagram, new IPEndPoint(IPAddress.Any, 0), cancellationToken);
                await socket.SendToAsync(datagram.AsMemory(0, received.ReceivedBytes), received.RemoteEndPoint, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
