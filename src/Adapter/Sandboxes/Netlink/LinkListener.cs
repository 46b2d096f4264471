using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>Reports that links came, went, or changed their state.</summary>
internal sealed class LinkListener : IDisposable
{
    private readonly NetlinkAnnouncements _announcements =
        NetlinkAnnouncements.Open(Rtnetlink.NETLINK_ROUTE, Rtnetlink.RTMGRP_LINK, "changed links");

    private LinkListener()
    {
    }

    /// <summary>Listens in the network namespace of the calling thread.</summary>
    public static LinkListener Open() => new();

    /// <summary>Waits for a change, or for lost messages.</summary>
    /// <returns>False when stopped.</returns>
    public bool Receive() => _announcements.Receive(IsChange) is not null;

    /// <inheritdoc cref="NetlinkAnnouncements.Stop"/>
    public void Stop() => _announcements.Stop();

    public void Dispose() => _announcements.Dispose();

    // Without changed flags it is news of counters, of addresses to listen for, and the like.
    private static bool IsChange((NlMsgHdr Header, NetlinkAnswer Answer) message) =>
        message.Header.nlmsg_type == Rtnetlink.RTM_DELLINK
        || (message.Header.nlmsg_type == Rtnetlink.RTM_NEWLINK && message.Answer.Header<IfInfoMsg>().ifi_change != 0);
}
