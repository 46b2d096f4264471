using System.Runtime.InteropServices;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>Constants of linux/netfilter/nfnetlink.h, nf_tables.h and nfnetlink_conntrack.h, under their names there.</summary>
internal static class Nfnetlink
{
    public const int NETLINK_NETFILTER = 12;
    public const int NFNL_SUBSYS_NFTABLES = 10;
    public const int NFNLGRP_NFTABLES = 7;
    public const int NFT_MSG_GETTABLE = 1;
    public const int NFT_MSG_DELTABLE = 2;
    public const int NFT_MSG_GETCHAIN = 4;
    public const int NFT_MSG_DELCHAIN = 5;
    public const int NFT_MSG_GETRULE = 7;
    public const int NFT_MSG_DELRULE = 8;
    public const int NFT_MSG_GETSET = 10;
    public const byte NFPROTO_INET = 1;
    public const byte NFPROTO_IPV4 = 2;
    public const byte NFPROTO_BRIDGE = 7;
    public const byte NFPROTO_IPV6 = 10;
    public const ushort NFTA_CHAIN_TABLE = 1;
    public const ushort NFTA_CHAIN_NAME = 3;
    public const ushort NFTA_CHAIN_POLICY = 5;
    public const ushort NFTA_RULE_TABLE = 1;
    public const ushort NFTA_RULE_CHAIN = 2;
    public const ushort NFTA_SET_TABLE = 1;
    public const uint NF_ACCEPT = 1;

    // linux/netfilter/nfnetlink_conntrack.h
    public const int NFNL_SUBSYS_CTNETLINK = 1;
    public const int IPCTNL_MSG_CT_GET = 1;
    public const int IPCTNL_MSG_CT_DELETE = 2;
    public const ushort CTA_TUPLE_ORIG = 1;
    public const ushort CTA_TUPLE_REPLY = 2;
    public const ushort CTA_STATUS = 3;
    public const ushort CTA_PROTOINFO = 4;
    public const ushort CTA_TIMEOUT = 7;
    public const ushort CTA_COUNTERS_ORIG = 9;
    public const ushort CTA_COUNTERS_REPLY = 10;
    public const ushort CTA_ID = 12;
    public const ushort CTA_ZONE = 18;
    public const ushort CTA_TUPLE_IP = 1;
    public const ushort CTA_TUPLE_PROTO = 2;
    public const ushort CTA_IP_V4_SRC = 1;
    public const ushort CTA_IP_V4_DST = 2;
    public const ushort CTA_IP_V6_SRC = 3;
    public const ushort CTA_IP_V6_DST = 4;
    public const ushort CTA_PROTO_NUM = 1;
    public const ushort CTA_PROTO_SRC_PORT = 2;
    public const ushort CTA_PROTO_DST_PORT = 3;
    public const ushort CTA_PROTOINFO_TCP = 1;
    public const ushort CTA_PROTOINFO_TCP_STATE = 1;
    public const ushort CTA_COUNTERS_PACKETS = 1;
}

/// <summary>struct nfgenmsg of linux/netfilter/nfnetlink.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NfGenMsg
{
    public byte nfgen_family;
    public byte version;
    public ushort res_id;
}

/// <summary>Constants of linux/netlink.h and linux/xfrm.h, under their names there.</summary>
internal static class Xfrm
{
    public const int NETLINK_XFRM = 6;
    public const ushort XFRM_MSG_GETSA = 0x12;
    public const ushort XFRM_MSG_GETPOLICY = 0x15;
}
