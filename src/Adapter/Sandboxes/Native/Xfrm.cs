namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>Constants of linux/netlink.h and linux/xfrm.h, under their names there.</summary>
internal static class Xfrm
{
    public const int NETLINK_XFRM = 6;
    public const ushort XFRM_MSG_GETSA = 0x12;
    public const ushort XFRM_MSG_GETPOLICY = 0x15;
}
