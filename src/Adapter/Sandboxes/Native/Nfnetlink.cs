namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>Constants of linux/netfilter/nfnetlink.h and nf_tables.h, under their names there.</summary>
internal static class Nfnetlink
{
    public const int NETLINK_NETFILTER = 12;
    public const int NFNL_SUBSYS_NFTABLES = 10;
    public const int NFT_MSG_GETRULE = 7;
    public const ushort NFTA_RULE_TABLE = 1;
}
