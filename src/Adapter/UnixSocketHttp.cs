using System.Net.Sockets;

namespace Bridge.Adapter;

/// <summary>HTTP over a unix socket, as a client.</summary>
internal static class UnixSocketHttp
{
    public static SocketsHttpHandler Handler(string socketPath)
    {
        var handler = new SocketsHttpHandler();
        Direct(handler, socketPath);
        return handler;
    }

    /// <summary>Whatever host a request names, and whatever proxy the environment names, it goes to this socket.</summary>
    public static void Direct(SocketsHttpHandler handler, string socketPath)
    {
        handler.UseProxy = false;
        handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(socketPath, cancellationToken);
    }

    private static async ValueTask<Stream> ConnectAsync(string socketPath, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
