using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bridge.Adapter.HostPorts;

/// <summary>A socket that only reserves a host port.</summary>
internal static partial class HostPortSocket
{
    private const ProtocolType Sctp = (ProtocolType)132;

    /// <summary>Binds a port. Null if the kernel lacks the protocol: then no other program can use it either.</summary>
    /// <param name="protocol">tcp, udp or sctp.</param>
    /// <param name="hostIp">An address of the host; 0.0.0.0 for all of IPv4, :: for all of IPv6, empty for both.</param>
    /// <param name="port">0 for any port that is free at these addresses.</param>
    /// <exception cref="SocketException">The port is taken or the address is not the host's.</exception>
    public static Socket? Bind(string protocol, string hostIp, int port)
    {
        var isBoth = hostIp.Length == 0 && Socket.OSSupportsIPv6;
        var address = isBoth ? IPAddress.IPv6Any : hostIp.Length == 0 ? IPAddress.Any : IPAddress.Parse(hostIp);
        var endpoint = new IPEndPoint(address, port);
        var socket = Open(endpoint.AddressFamily, protocol, port);
        try
        {
            if (socket is not null)
            {
                SetFamilies(socket, isBoth);
                BindAlone(socket, endpoint, isBoth);
            }

            return socket;
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    /// <summary>Binds a port that the kernel chooses among those without a socket.</summary>
    /// <param name="protocol">As for <see cref="Bind"/>.</param>
    /// <param name="hostIp">As for <see cref="Bind"/>.</param>
    /// <param name="isTaken">Whether it is in use without a socket.</param>
    /// <exception cref="SocketException">No port is free, or the address is not the host's.</exception>
    public static (Socket Socket, int Port) BindFree(string protocol, string hostIp, Predicate<int> isTaken)
    {
        var refused = new List<Socket>();
        try
        {
            while (true)
            {
                var socket = Bind(protocol, hostIp, 0)!;
                var port = PortOf(socket);
                if (!isTaken(port))
                    return (socket, port);

                refused.Add(socket); // Bound until another is found, so that the kernel does not choose it again.
            }
        }
        finally
        {
            refused.ForEach(socket => socket.Dispose());
        }
    }

    // Socket.LocalEndPoint does not know SCTP.
    private static unsafe int PortOf(Socket socket)
    {
        var address = stackalloc byte[28];
        var size = 28u;
        return getsockname(socket.SafeHandle, address, ref size) == 0 ? (address[2] << 8) | address[3] : throw new SocketException();
    }

    // Socket.Bind sets SO_REUSEADDR for TCP, with which a bound port without a listener does not exclude others (socket(7)).
    private static void BindAlone(Socket socket, IPEndPoint endpoint, bool isBoth)
    {
        if (Refusal(socket, endpoint) is not { } refusal)
            return;

        if (refusal.SocketErrorCode != SocketError.AddressAlreadyInUse || socket.ProtocolType != ProtocolType.Tcp)
            throw refusal;

        // Closed connections (TIME_WAIT, tcp(7)) keep a port busy for a minute. If a listener is possible, the port counts as free; with
        // SO_REUSEADDR it is reserved less strictly then.
        RequireNoListener(endpoint, isBoth);
        socket.Bind(endpoint);
    }

    private static unsafe SocketException? Refusal(Socket socket, IPEndPoint endpoint)
    {
        var address = endpoint.Serialize();
        fixed (byte* bytes = address.Buffer.Span)
        {
            return bind(socket.SafeHandle, bytes, (uint)address.Size) == 0 ? null : new SocketException();
        }
    }

    private static void RequireNoListener(IPEndPoint endpoint, bool isBoth)
    {
        using var listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        SetFamilies(listener, isBoth);
        listener.Bind(endpoint);
        listener.Listen(1);
    }

    private static void SetFamilies(Socket socket, bool isBoth)
    {
        if (socket.AddressFamily == AddressFamily.InterNetworkV6)
            socket.DualMode = isBoth;
    }

    private static Socket? Open(AddressFamily family, string protocol, int port)
    {
        switch (protocol)
        {
            case "tcp":
                return new Socket(family, SocketType.Stream, ProtocolType.Tcp);
            case "udp":
                return new Socket(family, SocketType.Dgram, ProtocolType.Udp);
            default:
                try
                {
                    return new Socket(family, SocketType.Stream, Sctp);
                }
                catch (SocketException absent) when (port != 0
                    && absent.SocketErrorCode
                        is SocketError.ProtocolNotSupported or SocketError.ProtocolType or SocketError.SocketNotSupported)
                {
                    return null;
                }
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int bind(SafeSocketHandle socket, byte* address, uint size);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int getsockname(SafeSocketHandle socket, byte* address, ref uint size);
}
