using System.Globalization;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;

namespace Bridge.Adapter.Ui.Traffic;

/// <summary>
/// Connections of members in which packets pass, found by comparing two readings of the kernel's table. Each packet renews the time after
/// which a connection is forgotten; with nf_conntrack_acct=1 it is also counted. Changes no setting. Not for two threads at once.
/// </summary>
/// <param name="socket">Of NETLINK_NETFILTER.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class Connections(NetlinkSocket socket, TimeProvider timeProvider)
{
    /// <summary>As many as a person can look at.</summary>
    public const int Most = 500;

    private const string Host = "host";
    private const string Outside = "outside";
    private const byte AllFamilies = 0;

    private Dictionary<TrackedConnection, TrackedConnection> _before = [];
    private Dictionary<TrackedConnection, TrackedConnection> _now = [];
    private long _readAt;
    private bool _isFirst = true;

    /// <summary>Those in which a packet passed since the last call; none at the first.</summary>
    /// <param name="keys">Members' keys by address.</param>
    /// <param name="own">The addresses of this host.</param>
    /// <returns>The new ones first, <see cref="Most"/> at most; and how many more there were.</returns>
    /// <exception cref="KernelException">The kernel does not track connections, or does not show them.</exception>
    public (IReadOnlyList<SeenConnection> Seen, int More) Read(
        IReadOnlyDictionary<AddressNumber, string> keys, IReadOnlySet<AddressNumber> own)
    {
        var (readAt, elapsed) = (timeProvider.GetTimestamp(), timeProvider.GetElapsedTime(_readAt).TotalSeconds);
        (_before, _now, _readAt) = (_now, _before, readAt);
        _now.Clear();
        var seen = new Dictionary<SeenConnection, bool>();
        var request = NetlinkMessage.CreateNetfilter(
            Nfnetlink.NFNL_SUBSYS_CTNETLINK, Nfnetlink.IPCTNL_MSG_CT_GET, Rtnetlink.NLM_F_DUMP, AllFamilies);
        socket.Look(request, "list the tracked connections of this host", answer =>
        {
            var connection = TrackedConnection.Of(answer);
            var (from, to) = (keys.GetValueOrDefault(connection.From), keys.GetValueOrDefault(connection.To));
            if (from is null && to is null)
                return;

            _now[Identity(connection)] = connection;
            var isKnown = _before.TryGetValue(Identity(connection), out var before);
            if (_isFirst || (isKnown && !HasPacket(before, connection, elapsed)))
                return;

            var one = new SeenConnection(
                from ?? Other(connection.From, own), to ?? Other(connection.To, own), Protocol(connection.Protocol),
                connection.Port > 0 ? connection.Port : null, IsNew: false);
            seen[one] = !isKnown || seen.GetValueOrDefault(one);
        });
        _isFirst = false;
        return Shown(seen);
    }

    /// <summary>Forgets what was read: the next call is a first one.</summary>
    public void Reset()
    {
        _isFirst = true;
        _now.Clear();
    }

    /// <summary>
    /// Whether a packet passed between two readings. Timeouts are whole seconds, rounded down: without a packet the later one is lower by
    /// the time between, or by up to a second more.
    /// </summary>
    /// <param name="seconds">Between the readings; at least 1.</param>
    public static bool HasPacket(TrackedConnection before, TrackedConnection now, double seconds) => (before, now) switch
    {
        _ when before.State != now.State => true,
        ({ Packets: { } earlier }, { Packets: { } later }) => later > earlier,
        ({ Timeout: { } earlier }, { Timeout: { } later }) =>
            later + (long)Math.Floor(seconds) > earlier || later + (long)Math.Ceiling(seconds) + 1 < earlier,
        _ => false, // It has left for a device's own table (flow offload).
    };

    private static (IReadOnlyList<SeenConnection>, int) Shown(Dictionary<SeenConnection, bool> seen)
    {
        var all = seen.Select(one => one.Key with { IsNew = one.Value }).OrderByDescending(one => one.IsNew);
        return ([.. all.Take(Most)], Math.Max(0, seen.Count - Most));
    }

    private static TrackedConnection Identity(TrackedConnection connection) =>
        connection with { State = 0, Timeout = null, Packets = null };

    private static string Other(AddressNumber address, IReadOnlySet<AddressNumber> own) => own.Contains(address) ? Host : Outside;

    private static string Protocol(byte number) => number switch
    {
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        58 => "icmpv6",
        132 => "sctp",
        _ => number.ToString(CultureInfo.InvariantCulture),
    };
}
