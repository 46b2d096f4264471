using System.Net.Sockets;

namespace Bridge.TestHosts.Sockets;

/// <summary>HTTP over a unix socket. The machine can open a socket file of a test host, whatever network namespace serves it.</summary>
public static class UnixSocketHandler
{
    public static SocketsHttpHandler To(string path) => new()
    {
        ConnectCallback = async (_, cancellationToken) => new NetworkStream(await ConnectAsync(path, cancellationToken), ownsSocket: true),
    };

    /// <returns>Whether a server listens there.</returns>
    public static async Task<bool> AcceptsAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var connection = await ConnectAsync(path, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<Socket> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
