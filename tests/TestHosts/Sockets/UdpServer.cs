using System.Net;
using System.Net.Sockets;

namespace Bridge.TestHosts.Sockets;

/// <summary>Answers every datagram until it is disposed.</summary>
internal sealed class UdpServer : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    private UdpServer(Socket socket, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> answer)
    {
        (_socket, _answer) = (socket, answer);
        _loop = AnswerAsync(_stop.Token);
    }

    /// <summary>Answers with the same bytes.</summary>
    public static UdpServer Echo(Socket socket) => new(socket, datagram => datagram);

    /// <summary>A DNS server that has one IPv4 address for every name.</summary>
    public static UdpServer Names(Socket socket, IPAddress address) =>
        new(socket, datagram => DnsQuestion.Answer(datagram.Span, address));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        var datagram = new byte[ushort.MaxValue];
        while (true)
        {
            try
            {
                var received = await _socket.ReceiveFromAsync(datagram, new IPEndPoint(IPAddress.Any, 0), cancellationToken);
                var answer = _answer(datagram.AsMemory(0, received.ReceivedBytes));
                await _socket.SendToAsync(answer, received.RemoteEndPoint, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
