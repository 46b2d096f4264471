using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Ui.Traffic;

/// <summary>An IP address as a number; IPv4 as IPv6 maps it.</summary>
internal readonly record struct AddressNumber(UInt128 Value)
{
    private const ulong MappedPrefix = 0xffff_0000_0000;

    public static AddressNumber? Parse(string text) =>
        IPAddress.TryParse(text, out var address) ? Of(address.GetAddressBytes()) : null;

    /// <param name="bytes">Four or sixteen.</param>
    public static AddressNumber Of(ReadOnlySpan<byte> bytes) => new(
        bytes.Length == sizeof(uint)
            ? MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : BinaryPrimitives.ReadUInt128BigEndian(bytes));
}

/// <summary>One entry of the kernel's table of connections (conntrack).</summary>
/// <param name="Id">CTA_ID: another one for each connection.</param>
/// <param name="From">Who began it.</param>
/// <param name="To">Who answers: after the translation of destinations.</param>
/// <param name="Port">The port of who answers; 0 for protocols without.</param>
/// <param name="State">TCP's state; 0 for others.</param>
/// <param name="Timeout">Seconds after which it is forgotten without a further packet; null where the kernel does not count.</param>
/// <param name="Packets">Those of both directions; null where nf_conntrack_acct is off.</param>
internal readonly record struct TrackedConnection(
    uint Id, AddressNumber From, AddressNumber To, byte Protocol, ushort Port, byte State, uint? Timeout, ulong? Packets)
{
    public static TrackedConnection Of(NetlinkAnswer answer)
    {
        var connection = default(TrackedConnection);
        foreach (var attribute in answer.Attributes<NfGenMsg>())
        {
            connection = attribute.Type switch
            {
                Nfnetlink.CTA_TUPLE_ORIG => connection with { From = Source(attribute.Nested) },
                Nfnetlink.CTA_TUPLE_REPLY => Answering(connection, attribute.Nested),
                Nfnetlink.CTA_ID => connection with { Id = attribute.UInt32 },
                Nfnetlink.CTA_TIMEOUT => connection with { Timeout = BinaryPrimitives.ReadUInt32BigEndian(attribute.Value) },
                Nfnetlink.CTA_PROTOINFO => connection with { State = TcpState(attribute.Nested) },
                Nfnetlink.CTA_COUNTERS_ORIG or Nfnetlink.CTA_COUNTERS_REPLY =>
                    connection with { Packets = (connection.Packets ?? 0) + Count(attribute.Nested) },
                _ => connection,
            };
        }

        return connection;
    }

    private static AddressNumber Source(NetlinkAttributes tuple)
    {
        if (!tuple.TryFind(Nfnetlink.CTA_TUPLE_IP, out var addresses))
            return default;

        return addresses.Nested.TryFind(Nfnetlink.CTA_IP_V4_SRC, out var source)
            || addresses.Nested.TryFind(Nfnetlink.CTA_IP_V6_SRC, out source)
                ? AddressNumber.Of(source.Value)
                : default;
    }

    private static TrackedConnection Answering(TrackedConnection connection, NetlinkAttributes tuple)
    {
        byte protocol = 0;
        ushort port = 0;
        if (tuple.TryFind(Nfnetlink.CTA_TUPLE_PROTO, out var ends))
        {
            if (ends.Nested.TryFind(Nfnetlink.CTA_PROTO_NUM, out var number))
                protocol = number.Byte;

            if (ends.Nested.TryFind(Nfnetlink.CTA_PROTO_SRC_PORT, out var source))
                port = BinaryPrimitives.ReadUInt16BigEndian(source.Value);
        }

        return connection with { To = Source(tuple), Protocol = protocol, Port = port };
    }

    private static byte TcpState(NetlinkAttributes information) =>
        information.TryFind(Nfnetlink.CTA_PROTOINFO_TCP, out var tcp)
        && tcp.Nested.TryFind(Nfnetlink.CTA_PROTOINFO_TCP_STATE, out var state) ? state.Byte : (byte)0;

    private static ulong Count(NetlinkAttributes counters) =>
        counters.TryFind(Nfnetlink.CTA_COUNTERS_PACKETS, out var packets)
            ? BinaryPrimitives.ReverseEndianness(MemoryMarshal.Read<ulong>(packets.Value))
            : 0;
}
