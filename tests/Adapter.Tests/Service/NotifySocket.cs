using System.Net.Sockets;
using System.Text;

namespace Bridge.Adapter.Tests.Service;

/// <summary>The service manager's end of sd_notify(3).</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    /// <param name="address">A path, or <c>@</c> and a name in the abstract namespace.</param>
    public NotifySocket(string address)
    {
        Address = address;
        _socket.Bind(new UnixDomainSocketEndPoint(address.Replace('@', '\0')));
    }

    public string Address { get; }

    /// <returns>The assignments of the next message.</returns>
    public async Task<string[]> ReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, cancellationToken)).Split('\n');
    }

    /// <returns>The assignments of the next message of which <paramref name="isIt"/> is true.</returns>
    public async Task<string[]> ReceiveAsync(Func<string[], bool> isIt, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await ReceiveAsync(cancellationToken) is var message && isIt(message))
                return message;
        }
    }

    public void Dispose() => _socket.Dispose();
}
