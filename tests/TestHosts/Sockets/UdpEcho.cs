using System.Net;
using System.Net.Sockets;

namespace Bridge.TestHosts.Sockets;

/// <summary>Answers every datagram with the same bytes until it is disposed.</summary>
internal sealed class UdpEcho : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public UdpEcho(Socket socket)
    {
        _socket = socket;
        _loop = AnswerAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        var datagram = new byte[512];
        while (true)
        {
            try
            {
                var received = await _socket.ReceiveFromAsync(datagram, new IPEndPoint(IPAddress.Any, 0), cancellationToken);
                await _socket.SendToAsync(datagram.AsMemory(0, received.ReceivedBytes), received.RemoteEndPoint, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
