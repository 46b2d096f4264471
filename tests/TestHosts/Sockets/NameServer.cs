using System.Net;
using System.Net.Sockets;

namespace Bridge.TestHosts.Sockets;

/// <summary>A DNS server that has one IPv4 address for every name, until it is disposed.</summary>
internal sealed class NameServer : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly IPAddress _address;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public NameServer(Socket socket, IPAddress address)
    {
        (_socket, _address) = (socket, address);
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
                var answer = DnsQuestion.Answer(datagram.AsSpan(0, received.ReceivedBytes), _address);
                await _socket.SendToAsync(answer, received.RemoteEndPoint, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
