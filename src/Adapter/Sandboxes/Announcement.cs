using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// Announces the MAC of a link's addresses to its neighbours: a gratuitous ARP (RFC 5227) for IPv4, an unsolicited neighbour advertisement
/// (RFC 4861 §7.2.6) for IPv6. A restarted container keeps its address and gets a new MAC. Docker announces it only since version 28, and
/// neighbours use their cached entry for up to half a minute.
/// </summary>
internal static class Announcement
{
    private const byte IcmpVersion6 = 58;
    private const byte NeighbourAdvertisement = 136;
    private const byte Override = 0x20;
    private const byte TargetLinkLayerAddress = 2;

    /// <summary>A failure is ignored: neighbours resolve the address again when their entry expires.</summary>
    public static void Send(NetworkNamespace network, LinkInfo link, IEnumerable<LinkAddress> addresses)
    {
        if (MacAddress.Parse(link.Mac) is not { } mac)
            return;

        List<byte[]> frames = [.. addresses.Select(address => Frame(mac, IPAddress.Parse(address.Address)))];
        if (frames.Count > 0 && network.Run(() => TrySend(link.Index, frames)) is { } socket)
        {
            // The kernel waits for an RCU grace period (net/packet/af_packet.c packet_release), and a container would wait with it.
            ThreadPool.UnsafeQueueUserWorkItem(static sent => sent.Dispose(), socket, preferLocal: false);
        }
    }

    /// <summary>The whole frame, including its Ethernet header.</summary>
    public static byte[] Frame(PhysicalAddress mac, IPAddress address) => address.GetAddressBytes() is { Length: 4 } bytes
        ? GratuitousArp(mac.GetAddressBytes(), bytes)
        : Advertisement(mac.GetAddressBytes(), address.GetAddressBytes());

    private static SafeFileHandle? TrySend(int linkIndex, IEnumerable<byte[]> frames)
    {
        SafeFileHandle? socket = null;
        try
        {
            socket = SocketCalls.OpenPacket(linkIndex);
            foreach (var frame in frames)
                SocketCalls.Send(socket, frame, $"announce an address over link {linkIndex}");
        }
        catch (KernelException)
        {
            // The link is down, or of a kind without neighbours.
        }

        return socket;
    }

    // A request for its own address: hosts update their entry, and no host replies.
    private static byte[] GratuitousArp(byte[] mac, byte[] address) =>
    [
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. mac, 0x08, 0x06,
        0x00, 0x01, 0x08, 0x00, 6, 4, 0x00, 0x01,
        .. mac, .. address,
        0, 0, 0, 0, 0, 0, .. address,
    ];

    private static byte[] Advertisement(byte[] mac, byte[] address)
    {
        byte[] everyone = [0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        byte[] message = [NeighbourAdvertisement, 0, 0, 0, Override, 0, 0, 0, .. address, TargetLinkLayerAddress, 1, .. mac];
        byte[] pseudoPacket = [.. address, .. everyone, 0, 0, 0, (byte)message.Length, 0, 0, 0, IcmpVersion6, .. message];
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), Checksum(pseudoPacket));
        return
        [
            0x33, 0x33, 0, 0, 0, 1, .. mac, 0x86, 0xdd,
            0x60, 0, 0, 0, 0, (byte)message.Length, IcmpVersion6, 255,
            .. address, .. everyone, .. message,
        ];
    }

    // RFC 1071, for an even number of bytes.
    private static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (var at = 0; at < bytes.Length; at += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);

        return (ushort)~sum;
    }
}
