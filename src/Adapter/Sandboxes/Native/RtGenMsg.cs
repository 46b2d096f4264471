using System.Runtime.InteropServices;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>struct rtgenmsg of linux/rtnetlink.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RtGenMsg
{
    public byte rtgen_family;
}
