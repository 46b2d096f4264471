using System.Runtime.InteropServices;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>struct rtnexthop of linux/rtnetlink.h; attributes follow it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RtNextHop
{
    public ushort rtnh_len;
    public byte rtnh_flags;
    public byte rtnh_hops;
    public int rtnh_ifindex;
}
