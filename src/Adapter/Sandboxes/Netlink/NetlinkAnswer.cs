using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>One message of the kernel.</summary>
/// <param name="Type">RTM_… or another type of netlink(7).</param>
/// <param name="Payload">What follows the netlink header.</param>
internal readonly record struct NetlinkAnswer(ushort Type, ReadOnlyMemory<byte> Payload)
{
    public ref readonly THeader Header<THeader>()
        where THeader : unmanaged => ref MemoryMarshal.AsRef<THeader>(Payload.Span);

    /// <summary>The attributes behind a family header.</summary>
    public NetlinkAttributes Attributes<THeader>()
        where THeader : unmanaged => new(Payload.Span[((Unsafe.SizeOf<THeader>() + 3) & ~3)..]);

    /// <summary>The messages of a datagram. An incomplete one at its end is ignored: the kernel sends only whole messages.</summary>
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

/// <summary>A sequence of attributes.</summary>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> _rest = rest;

    public NetlinkAttribute Current { get; private set; }

    public readonly NetlinkAttributes GetEnumerator() => this;

    public bool MoveNext()
    {
        var headerSize = Unsafe.SizeOf<NlAttr>();
        if (_rest.Length < headerSize)
            return false;

        var header = MemoryMarshal.Read<NlAttr>(_rest);
        if (header.nla_len < headerSize || header.nla_len > _rest.Length)
            return false;

        Current = new NetlinkAttribute((ushort)(header.nla_type & Rtnetlink.NLA_TYPE_MASK), _rest[headerSize..header.nla_len]);
        _rest = _rest[Math.Min(_rest.Length, (header.nla_len + 3) & ~3)..];
        return true;
    }

    /// <summary>The first attribute of the type; false when there is none.</summary>
    public readonly bool TryFind(ushort type, out NetlinkAttribute found)
    {
        foreach (var attribute in this)
        {
            found = attribute;
            if (attribute.Type == type)
                return true;
        }

        found = default;
        return false;
    }
}

/// <summary>One attribute of a message of the kernel.</summary>
internal readonly ref struct NetlinkAttribute(ushort type, ReadOnlySpan<byte> value)
{
    public ushort Type { get; } = type;

    public ReadOnlySpan<byte> Value { get; } = value;

    public byte Byte => Value[0];

    public int Int32 => MemoryMarshal.Read<int>(Value);

    public uint UInt32 => MemoryMarshal.Read<uint>(Value);

    public string Text => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));

    /// <summary>An IP address; its length determines the family.</summary>
    public string Address => new IPAddress(Value).ToString();

    public string LinkLayerAddress => MacAddress.Format(Value);

    public NetlinkAttributes Nested => new(Value);
}
