using System.Runtime.InteropServices;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>struct sockaddr_ll of linux/if_packet.h, without the address at its end, which a bound socket does not need.</summary>
[StructLayout(LayoutKind.Sequential, Size = 20)]
internal struct SockAddrLl
{
    public ushort sll_family;
    public ushort sll_protocol;
    public int sll_ifindex;
    public ushort sll_hatype;
    public byte sll_pkttype;
    public byte sll_halen;
}
