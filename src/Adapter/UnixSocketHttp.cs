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

    /// <summary>Sends every request to this socket, whatever its host and the environment's proxy.</summary>
    public static void Direct(SocketsHttpHandler handler, string socketPath)
    {
        handler.UseProxy = false;
        handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(socketPath, cancellationToken);
    }

    /// <summary>Why a request was not answered. .NET has no error text for a missing socket.</summary>
    public static string Reason(Exception failure, string socketPath) => failure.GetBaseException() switch
    {
        SocketException when !Path.Exists(socketPath) => "there is no such socket; is it running?",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nothing listens on this socket; is it running?",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "no permission to use this socket; try it as root",
        HttpIOException or EndOfStreamException => "it closed the connection without an answer",
        var other => other.Message.TrimEnd('.'),
    };

    /// <summary>Whether a process listens there, or the permission to connect is missing.</summary>
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
