using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>A request: netlink header, family header, attributes. Integers are in the host's byte order (netlink(7)).</summary>
internal sealed class NetlinkMessage
{
    private const int Alignment = 4;
    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    private NetlinkMessage(ushort type, ushort flags) =>
        Append(new NlMsgHdr { nlmsg_type = type, nlmsg_flags = (ushort)(flags | Rtnetlink.NLM_F_REQUEST) });

    public static NetlinkMessage Create<THeader>(ushort type, ushort flags, in THeader header)
        where THeader : unmanaged
    {
        var message = new NetlinkMessage(type, flags);
        message.Append(header);
        return message;
    }

    /// <summary>A message to a subsystem of netfilter.</summary>
    /// <param name="subsystem">NFNL_SUBSYS_…</param>
    /// <param name="message">One of the subsystem's.</param>
    /// <param name="flags">NLM_F_…</param>
    /// <param name="family">NFPROTO_… or AF_…; 0 for all.</param>
    public static NetlinkMessage CreateNetfilter(int subsystem, int message, ushort flags, byte family) =>
        Create((ushort)((subsystem << 8) | message), flags, new NfGenMsg { nfgen_family = family });

    /// <summary>A message that consists of the netlink header alone.</summary>
    public static NetlinkMessage CreateEmpty(ushort type, ushort flags) => new(type, flags);

    public NetlinkMessage Add(ushort type, ReadOnlySpan<byte> value)
    {
        Append(new NlAttr { nla_len = (ushort)(Unsafe.SizeOf<NlAttr>() + value.Length), nla_type = type });
        _buffer.Write(value);
        Pad();
        return this;
    }

    public NetlinkMessage Add(ushort type, byte value) => Add(type, [value]);

    public NetlinkMessage Add(ushort type, uint value) => Add(type, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in value)));

    public NetlinkMessage Add(ushort type, int value) => Add(type, unchecked((uint)value));

    /// <summary>A zero-terminated text.</summary>
    public NetlinkMessage Add(ushort type, string value) => Add(type, Encoding.UTF8.GetBytes(value + '\0'));

    /// <summary>Attributes added before the result is disposed are nested in this one.</summary>
    public NestedAttribute Nest(ushort type)
    {
        var start = _buffer.WrittenCount;
        Append(new NlAttr { nla_type = type });
        return new NestedAttribute(this, start);
    }

    /// <summary>The complete message. The sequence number identifies it among those of its socket.</summary>
    public ReadOnlySpan<byte> Finish(uint sequence)
    {
        var message = WrittenSpan();
        ref var header = ref MemoryMarshal.AsRef<NlMsgHdr>(message);
        header.nlmsg_len = (uint)message.Length;
        header.nlmsg_seq = sequence;
        return message;
    }

    internal void EndNest(int start) =>
        MemoryMarshal.AsRef<NlAttr>(WrittenSpan()[start..]).nla_len = (ushort)(_buffer.WrittenCount - start);

    private Span<byte> WrittenSpan() => MemoryMarshal.AsMemory(_buffer.WrittenMemory).Span;

    private void Append<T>(in T value)
        where T : unmanaged
    {
        _buffer.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));
        Pad();
    }

    private void Pad()
    {
        var missing = -_buffer.WrittenCount & (Alignment - 1);
        _buffer.GetSpan(Alignment)[..missing].Clear();
        _buffer.Advance(missing);
    }
}

/// <summary>An attribute that contains attributes. Its length is written at the end of the scope.</summary>
internal readonly ref struct NestedAttribute(NetlinkMessage message, int start) : IDisposable
{
    public void Dispose() => message.EndNest(start);
}
