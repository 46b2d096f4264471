using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>One message of the kernel.</summary>
/// <param name="Type">What it is about.</param>
/// <param name="Payload">What follows the netlink header.</param>
internal readonly record struct NetlinkAnswer(ushort Type, ReadOnlyMemory<byte> Payload)
{
    public ref readonly THeader Header<THeader>()
        where THeader : unmanaged => ref MemoryMarshal.AsRef<THeader>(Payload.Span);

    /// <summary>The attributes behind a header of that kind.</summary>
    public NetlinkAttributes Attributes<THeader>()
        where THeader : unmanaged => new(Payload.Span[((Unsafe.SizeOf<THeader>() + 3) & ~3)..]);

    /// <summary>Takes a datagram apart. What does not fit into it any more is left out: the kernel never sends half a message.</summary>
    public static IEnumerable<(NlMsgHdr Header, NetlinkAnswer Answer)> Split(ReadOnlyMemory<byte> datagram)
    {
        var headerSize = Unsafe.SizeOf<NlMsgHdr>();
        while (datagram.Length >= headerSize)
        {
            var header = MemoryMarshal.Read<NlMsgHdr>(datagram.Span);
            if (header.nlmsg_len < headerSize || header.nlmsg_len > datagram.Length)
                yield break;

            var length = (int)header.nlmsg_len;
            yield return (header, new NetlinkAnswer(header.nlmsg_type, datagram[headerSize..length]));
            datagram = datagram[Math.Min(datagram.Length, (length + 3) & ~3)..];
        }
    }
}
