using System.Net;
using System.Net.Sockets;

namespace Bridge.Adapter.Attachments;

/// <summary>A socket whose only purpose is to be bound.</summary>
internal static class HostPortSocket
{
    private const ProtocolType Sctp = (ProtocolType)132;

    /// <summary>Null where the kernel has no such protocol: then there is nobody to compete with either.</summary>
    /// <exception cref="SocketException">The port is taken or the address is not the host's.</exception>
    public static Socket? Bind(string protocol, string hostIp, int port)
    {
        var address = hostIp.Length > 0 ? IPAddress.Parse(hostIp) : IPAddress.Any;
        var socket = Open(address.AddressFamily, protocol, port);
        try
        {
            // Without SO_REUSEADDR, which .NET sets for TCP otherwise: a bound port that does not listen would not keep others out.
            if (socket is { ProtocolType: not ProtocolType.Udp })
            {
                socket.ExclusiveAddressUse = true;
            }

            socket?.Bind(new IPEndPoint(address, port));
            return socket;
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
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
                    && absent.SocketErrorCode is SocketError.ProtocolNotSupported or SocketError.ProtocolType or SocketError.SocketNotSupported)
                {
                    return null;
                }
        }
    }
}
