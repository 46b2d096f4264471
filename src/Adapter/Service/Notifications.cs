using System.Net.Sockets;
using System.Text;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Service;

/// <summary>Tells the service manager how we are: sd_notify(3).</summary>
/// <param name="address">A path, or <c>@</c> and a name in the abstract namespace.</param>
/// <param name="logger">For what could not be told.</param>
internal sealed class Notifications(string address, ILogger<Notifications> logger) : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly UnixDomainSocketEndPoint _manager = new(address.StartsWith('@') ? $"\0{address[1..]}" : address);

    /// <summary>All in one message. A service manager that cannot be told is no reason to end: it will act on the silence by itself.</summary>
    public async Task SendAsync(IEnumerable<string> assignments, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.SendToAsync(Encoding.UTF8.GetBytes(string.Join('\n', assignments)), SocketFlags.None, _manager, cancellationToken);
        }
        catch (SocketException failure)
        {
            logger.NotNotified(address, failure.Message);
        }
    }

    public void Dispose() => _socket.Dispose();
}
