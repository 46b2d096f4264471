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

    /// <summary>Why nobody answered. .NET has no word for a socket that is not there.</summary>
    public static string Reason(Exception failure, string socketPath) => failure.GetBaseException() switch
    {
        SocketException when !Path.Exists(socketPath) => "there is no such socket; is it running?",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nobody listens on this socket; is it running?",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "no permission to use this socket; try it as root",
        HttpIOException or EndOfStreamException => "it closed the connection without an answer",
        var other => other.Message.TrimEnd('.'),
    };

    /// <summary>Somebody listens there, or we may not know.</summary>
    public static bool IsServed(string socketPath)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(socketPath));
            return true;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode == SocketError.AccessDenied;
        }
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
