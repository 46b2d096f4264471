using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// Tells the neighbours of a link which MAC its addresses have now: a gratuitous ARP (RFC 5227) for each of IPv4, an unsolicited neighbour
/// advertisement (RFC 4861, 7.2.6) for each of IPv6. A container that is started again keeps its address and gets a new MAC; Docker says so
/// from version 28 on only, and neighbours believe what they knew for half a minute.
/// </summary>
internal static class Announcement
{
    private const byte IcmpVersion6 = 58;
    private const byte NeighbourAdvertisement = 136;
    private const byte Override = 0x20;
    private const byte TargetLinkLayerAddress = 2;

    /// <summary>Neighbours that miss it find out by themselves, later: a failure is none of the container's.</summary>
    public static void Send(NetworkNamespace network, LinkInfo link, IEnumerable<LinkAddress> addresses)
    {
        if (MacAddress.Parse(link.Mac) is not { } mac)
            return;

        List<byte[]> frames = [.. addresses.Select(address => Frame(mac, IPAddress.Parse(address.Address)))];
        network.Run(() => frames.TrueForAll(frame => TrySend(link.Index, frame)));
    }

    /// <summary>What is sent, from its Ethernet header on.</summary>
    public static byte[] Frame(PhysicalAddress mac, IPAddress address) => address.GetAddressBytes() is { Length: 4 } bytes
        ? GratuitousArp(mac.GetAddressBytes(), bytes)
        : Advertisement(mac.GetAddressBytes(), address.GetAddressBytes());

    private static bool TrySend(int linkIndex, byte[] frame)
    {
        try
        {
            using var socket = SocketCalls.OpenPacket(linkIndex);
            SocketCalls.Send(socket, frame, $"announce an address over link {linkIndex}");
            return true;
        }
        catch (KernelException)
        {
            return false; // The link has gone down, or its kind has no neighbours.
        }
    }

    // A request for its own address: hosts correct what they know by it, and nobody answers.
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
        byte[] checkedWith = [.. address, .. everyone, 0, 0, 0, (byte)message.Length, 0, 0, 0, IcmpVersion6, .. message];
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), Checksum(checkedWith));
        return
        [
            0x33, 0x33, 0, 0, 0, 1, .. mac, 0x86, 0xdd,
            0x60, 0, 0, 0, 0, (byte)message.Length, IcmpVersion6, 255,
            .. address, .. everyone, .. message,
        ];
    }

    // RFC 1071. The length of what is summed is even.
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
