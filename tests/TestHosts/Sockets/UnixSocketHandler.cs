using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bridge.TestHosts.Sockets;

/// <summary>HTTP over a unix socket. The machine can open a socket file of a test host, whatever network namespace serves it.</summary>
public static class UnixSocketHandler
{
    private const int SolSocket = 1;
    private const int SoPeercred = 17;

    public static SocketsHttpHandler To(string path) => new()
    {
        ConnectCallback = async (_, cancellationToken) => new NetworkStream(await ConnectAsync(path, cancellationToken), ownsSocket: true),
    };

    /// <returns>Whether a server listens there.</returns>
    public static async Task<bool> AcceptsAsync(string path, CancellationToken cancellationToken) =>
        await ListenerAsync(path, cancellationToken) is not null;

    /// <returns>The process that listens there, by its number on the machine (unix(7), SO_PEERCRED); null when none does.</returns>
    public static async Task<int?> ListenerAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var connection = await ConnectAsync(path, cancellationToken);
            Span<int> credentials = stackalloc int[3]; // struct ucred: process, user, group.
            connection.GetRawSocketOption(SolSocket, SoPeercred, MemoryMarshal.AsBytes(credentials));
            return credentials[0];
        }
        catch (SocketException)
        {
            return null;
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
