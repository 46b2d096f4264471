using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Reachability.Probes;

/// <summary>
/// ICMP echo, as ping(8) sends it. The class Ping of .NET makes its sockets on threads of its own choice, which are in the host's
/// namespace.
/// </summary>
internal sealed class EchoProbe(Patience patience)
{
    private const byte Request4 = 8;
    private const byte Reply4 = 0;
    private const byte Request6 = 128;
    private const byte Reply6 = 129;
    private const int HeaderLength = 8;
    private const int TokenLength = 16;

    public Task<Attempt> RunAsync(NetworkNamespace from, IPAddress target, CancellationToken cancellationToken) =>
        patience.TryAsync(async bounded =>
        {
            using var socket = NamespaceSocket.ControlMessages(from, target.AddressFamily);
            await socket.ConnectAsync(new IPEndPoint(target, 0), bounded);
            var isIPv6 = target.AddressFamily == AddressFamily.InterNetworkV6;
            var request = Request(isIPv6);
            await socket.SendAsync(request, bounded);
            var buffer = new byte[512];
            while (!IsReply(buffer.AsSpan(0, await socket.ReceiveAsync(buffer, bounded)), request, isIPv6))
            {
                // Another message from the target.
            }

            return null;
        }, cancellationToken);

    /// <summary>An echo request with a random token (RFC 792, RFC 4443). The kernel adds the checksum of ICMPv6.</summary>
    public static byte[] Request(bool isIPv6)
    {
        var message = new byte[HeaderLength + TokenLength];
        Random.Shared.NextBytes(message.AsSpan(4)); // Identifier and sequence number too.
        message[0] = isIPv6 ? Request6 : Request4;
        if (!isIPv6)
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), Checksum(message));

        return message;
    }

    /// <summary>Whether a packet that a raw socket received answers the request. One of IPv4 has its IP header (raw(7)).</summary>
    public static bool IsReply(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> request, bool isIPv6)
    {
        var message = isIPv6 ? packet : packet.Length > 0 && (packet[0] & 15) * 4 <= packet.Length ? packet[((packet[0] & 15) * 4)..] : [];
        return message.Length == request.Length && message[0] == (isIPv6 ? Reply6 : Reply4) && message[4..].SequenceEqual(request[4..]);
    }

    // RFC 1071. The message has an even length.
    private static ushort Checksum(ReadOnlySpan<byte> message)
    {
        uint sum = 0;
        for (var place = 0; place < message.Length; place += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(message[place..]);

        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);

        return (ushort)~sum;
    }
}
