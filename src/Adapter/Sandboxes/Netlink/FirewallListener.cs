using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>
/// Reports that rules, chains or tables of nftables were removed, by whatever tool: nft, and iptables upon nftables. The kernel announces
/// nothing of legacy iptables.
/// </summary>
internal sealed class FirewallListener : IDisposable
{
    private const int ReceiveBuffer = 1024 * 1024;

    private static readonly ushort[] Removals =
    [
        Type(Nfnetlink.NFT_MSG_DELRULE), Type(Nfnetlink.NFT_MSG_DELCHAIN), Type(Nfnetlink.NFT_MSG_DELTABLE),
    ];

    private readonly NetlinkAnnouncements _announcements = NetlinkAnnouncements.Open(
        Nfnetlink.NETLINK_NETFILTER, 1u << (Nfnetlink.NFNLGRP_NFTABLES - 1), "removed firewall rules", ReceiveBuffer);

    private FirewallListener()
    {
    }

    /// <summary>Listens in the network namespace of the calling thread.</summary>
    /// <exception cref="KernelException">The kernel has no nftables.</exception>
    public static FirewallListener Open() => new();

    /// <summary>Waits until something was removed, or messages were lost.</summary>
    /// <returns>False when stopped.</returns>
    public bool Receive() => _announcements.Receive(message => Removals.Contains(message.Header.nlmsg_type)) is not null;

    /// <inheritdoc cref="NetlinkAnnouncements.Stop"/>
    public void Stop() => _announcements.Stop();

    public void Dispose() => _announcements.Dispose();

    private static ushort Type(int message) => (ushort)((Nfnetlink.NFNL_SUBSYS_NFTABLES << 8) | message);
}
