using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>Reports the links that leave a network namespace.</summary>
internal sealed class NetlinkListener : IDisposable
{
    private readonly NetlinkAnnouncements _announcements;

    private NetlinkListener(NetlinkAnnouncements announcements) => _announcements = announcements;

    /// <summary>Listens in the network namespace of the calling thread.</summary>
    /// <param name="receiveBuffer">Bytes of unread messages; each is one or two thousand long.</param>
    public static NetlinkListener OpenForLinks(int receiveBuffer) => new(NetlinkAnnouncements.Open(
        Rtnetlink.NETLINK_ROUTE, Rtnetlink.RTMGRP_LINK, "links that leave the host", receiveBuffer));

    /// <summary>Waits until links have left.</summary>
    /// <returns>Their names; an empty list when messages were lost; null when stopped.</returns>
    public IReadOnlyCollection<string>? Receive() =>
        _announcements.Receive(message => message.Header.nlmsg_type == Rtnetlink.RTM_DELLINK) is { } departures
            ? [.. departures.Select(message => RouteNetlink.ToLink(message.Answer).Name)]
            : null;

    /// <inheritdoc cref="NetlinkAnnouncements.Stop"/>
    public void Stop() => _announcements.Stop();

    public void Dispose() => _announcements.Dispose();
}
