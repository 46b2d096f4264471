using System.Runtime.InteropServices;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>Constants of linux/netlink.h, linux/rtnetlink.h and the headers of its attributes, under their names there.</summary>
internal static class Rtnetlink
{
    // linux/netlink.h
    public const int NETLINK_ROUTE = 0;
    public const int SOL_NETLINK = 270;
    public const int NETLINK_CAP_ACK = 10;
    public const int NETLINK_EXT_ACK = 11;
    public const int NETLINK_GET_STRICT_CHK = 12;
    public const ushort NLM_F_REQUEST = 0x01;
    public const ushort NLM_F_ACK = 0x04;
    public const ushort NLM_F_ECHO = 0x08;
    public const ushort NLM_F_DUMP_INTR = 0x10;
    public const ushort NLM_F_DUMP = 0x300;
    public const ushort NLM_F_REPLACE = 0x100;
    public const ushort NLM_F_EXCL = 0x200;
    public const ushort NLM_F_CREATE = 0x400;
    public const ushort NLM_F_CAPPED = 0x100;
    public const ushort NLM_F_ACK_TLVS = 0x200;
    public const ushort NLMSG_NOOP = 1;
    public const ushort NLMSG_ERROR = 2;
    public const ushort NLMSG_DONE = 3;
    public const ushort NLMSGERR_ATTR_MSG = 1;
    public const ushort NLA_TYPE_MASK = 0x3fff;

    // linux/rtnetlink.h
    public const ushort RTM_NEWLINK = 16;
    public const ushort RTM_DELLINK = 17;
    public const ushort RTM_GETLINK = 18;
    public const ushort RTM_NEWADDR = 20;
    public const ushort RTM_DELADDR = 21;
    public const ushort RTM_GETADDR = 22;
    public const ushort RTM_NEWROUTE = 24;
    public const ushort RTM_DELROUTE = 25;
    public const ushort RTM_GETROUTE = 26;
    public const ushort RTM_NEWNEIGH = 28;
    public const ushort RTM_GETNEIGH = 30;
    public const ushort RTM_NEWRULE = 32;
    public const ushort RTM_DELRULE = 33;
    public const ushort RTM_GETRULE = 34;
    public const ushort RTM_DELQDISC = 37;
    public const ushort RTM_GETQDISC = 38;
    public const ushort RTM_GETNSID = 90;
    public const ushort RTM_GETSTATS = 94;
    public const ushort RTM_GETVLAN = 114;
    public const uint TC_H_ROOT = 0xffffffff;
    public const uint TC_H_INGRESS = 0xfffffff1;
    public const ushort TCA_KIND = 1;
    public const ushort TCA_OPTIONS = 2;
    public const uint RTMGRP_LINK = 1;
    public const uint RTEXT_FILTER_SKIP_STATS = 8;

    public const ushort RTA_DST = 1;
    public const ushort RTA_SRC = 2;
    public const ushort RTA_OIF = 4;
    public const ushort RTA_GATEWAY = 5;
    public const ushort RTA_PRIORITY = 6;
    public const ushort RTA_PREFSRC = 7;
    public const ushort RTA_METRICS = 8;
    public const ushort RTA_MULTIPATH = 9;
    public const ushort RTA_NH_ID = 30;
    public const ushort RTA_FLOW = 11;
    public const ushort RTA_TABLE = 15;
    public const ushort RTA_VIA = 18;
    public const ushort RTA_PREF = 20;
    public const ushort RTA_ENCAP_TYPE = 21;
    public const ushort RTA_ENCAP = 22;
    public const ushort RTAX_MTU = 2;
    public const byte RTPROT_REDIRECT = 1;
    public const byte RTPROT_KERNEL = 2;
    public const byte RTPROT_BOOT = 3;
    public const byte RTPROT_RA = 9;
    public const byte RT_TABLE_UNSPEC = 0;
    public const byte RT_TABLE_MAIN = 254;
    public const byte RT_TABLE_LOCAL = 255;
    public const uint RTNH_F_ONLINK = 4;
    public const uint RTM_F_CLONED = 0x200;

    // linux/if.h, linux/if_link.h
    public const uint IFF_UP = 1;
    public const uint IFF_RUNNING = 0x40;
    public const ushort IFLA_ADDRESS = 1;
    public const ushort IFLA_IFNAME = 3;
    public const ushort IFLA_MTU = 4;
    public const ushort IFLA_LINK = 5;
    public const ushort IFLA_LINKINFO = 18;
    public const ushort IFLA_IFALIAS = 20;
    public const ushort IFLA_NET_NS_FD = 28;
    public const ushort IFLA_EXT_MASK = 29;
    public const ushort IFLA_LINK_NETNSID = 37;
    public const ushort IFLA_PROP_LIST = 52;
    public const ushort IFLA_ALT_IFNAME = 53;
    public const ushort IFLA_INFO_KIND = 1;
    public const ushort IFLA_STATS = 7;
    public const ushort IFLA_OPERSTATE = 16;
    public const ushort IFLA_STATS64 = 23;
    public const ushort IFLA_STATS_LINK_64 = 1;
    public const ushort IFLA_AF_SPEC = 26;
    public const ushort IFLA_MASTER = 10;
    public const ushort IFLA_TXQLEN = 13;
    public const ushort IFLA_GROUP = 27;
    public const ushort IFLA_PROMISCUITY = 30;
    public const ushort IFLA_CARRIER = 33;
    public const ushort IFLA_CARRIER_CHANGES = 35;
    public const ushort IFLA_XDP = 43;
    public const ushort IFLA_CARRIER_UP_COUNT = 47;
    public const ushort IFLA_CARRIER_DOWN_COUNT = 48;
    public const ushort IFLA_INFO_SLAVE_KIND = 4;
    public const ushort IFLA_INFO_SLAVE_DATA = 5;
    public const ushort IFLA_BRPORT_STATE = 1;
    public const ushort IFLA_BRPORT_MODE = 4;
    public const ushort IFLA_BRPORT_ISOLATED = 33;
    public const ushort IFLA_BRPORT_ROOT_ID = 13;
    public const ushort IFLA_BRPORT_FLUSH = 24;
    public const ushort IFLA_BRPORT_MCAST_EHT_HOSTS_CNT = 38;

    // linux/net_namespace.h
    public const ushort NETNSA_NSID = 1;
    public const ushort NETNSA_FD = 3;

    // linux/if_addr.h
    public const ushort IFA_ADDRESS = 1;
    public const ushort IFA_LOCAL = 2;
    public const ushort IFA_LABEL = 3;
    public const ushort IFA_BROADCAST = 4;
    public const ushort IFA_CACHEINFO = 6;
    public const ushort IFA_FLAGS = 8;
    public const ushort IFA_RT_PRIORITY = 9;
    public const uint IFA_F_NODAD = 0x02;
    public const uint IFA_F_PERMANENT = 0x80;
    public const uint IFA_F_STABLE_PRIVACY = 0x800;

    // linux/neighbour.h
    public const ushort NDA_DST = 1;
    public const ushort NDA_LLADDR = 2;
    public const ushort NUD_FAILED = 0x20;
    public const ushort NUD_NOARP = 0x40;
    public const ushort NUD_PERMANENT = 0x80;
    public const byte NTF_PROXY = 0x08;

    // linux/fib_rules.h
    public const ushort FRA_DST = 1;
    public const ushort FRA_SRC = 2;
    public const ushort FRA_IIFNAME = 3;
    public const ushort FRA_PRIORITY = 6;
    public const ushort FRA_SUPPRESS_IFGROUP = 13;
    public const ushort FRA_SUPPRESS_PREFIXLEN = 14;
    public const ushort FRA_TABLE = 15;
    public const ushort FRA_OIFNAME = 17;
    public const ushort FRA_PAD = 18;
    public const ushort FRA_PROTOCOL = 21;
    public const uint FIB_RULE_INVERT = 2;
}

/// <summary>struct nlmsghdr of linux/netlink.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NlMsgHdr
{
    public uint nlmsg_len;
    public ushort nlmsg_type;
    public ushort nlmsg_flags;
    public uint nlmsg_seq;
    public uint nlmsg_pid;
}

/// <summary>struct nlattr of linux/netlink.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NlAttr
{
    public ushort nla_len;
    public ushort nla_type;
}

/// <summary>struct rtgenmsg of linux/rtnetlink.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RtGenMsg
{
    public byte rtgen_family;
}

/// <summary>struct ifinfomsg of linux/rtnetlink.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IfInfoMsg
{
    public byte ifi_family;
    public ushort ifi_type;
    public int ifi_index;
    public uint ifi_flags;
    public uint ifi_change;
}

/// <summary>struct ifaddrmsg of linux/if_addr.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IfAddrMsg
{
    public byte ifa_family;
    public byte ifa_prefixlen;
    public byte ifa_flags;
    public byte ifa_scope;
    public uint ifa_index;
}

/// <summary>struct rtmsg of linux/rtnetlink.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RtMsg
{
    public byte rtm_family;
    public byte rtm_dst_len;
    public byte rtm_src_len;
    public byte rtm_tos;
    public byte rtm_table;
    public byte rtm_protocol;
    public byte rtm_scope;
    public byte rtm_type;
    public uint rtm_flags;
}

/// <summary>struct rtnexthop of linux/rtnetlink.h; attributes follow it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RtNextHop
{
    public ushort rtnh_len;
    public byte rtnh_flags;
    public byte rtnh_hops;
    public int rtnh_ifindex;
}

/// <summary>struct ndmsg of linux/neighbour.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NdMsg
{
    public byte ndm_family;
    public byte ndm_pad1;
    public ushort ndm_pad2;
    public int ndm_ifindex;
    public ushort ndm_state;
    public byte ndm_flags;
    public byte ndm_type;
}

/// <summary>struct if_stats_msg of linux/if_link.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IfStatsMsg
{
    public byte family;
    public byte pad1;
    public ushort pad2;
    public uint ifindex;
    public uint filter_mask;
}

/// <summary>struct fib_rule_hdr of linux/fib_rules.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FibRuleHdr
{
    public byte family;
    public byte dst_len;
    public byte src_len;
    public byte tos;
    public byte table;
    public byte res1;
    public byte res2;
    public byte action;
    public uint flags;
}

/// <summary>struct tcmsg of linux/rtnetlink.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TcMsg
{
    public byte tcm_family;
    public byte tcm__pad1;
    public ushort tcm__pad2;
    public int tcm_ifindex;
    public uint tcm_handle;
    public uint tcm_parent;
    public uint tcm_info;
}

/// <summary>struct br_vlan_msg of linux/if_bridge.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BrVlanMsg
{
    public byte family;
    public byte reserved1;
    public ushort reserved2;
    public uint ifindex;
}
