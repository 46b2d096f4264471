using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>A row of attributes, to be walked with <c>foreach</c>.</summary>
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
}
