using System.Buffers.Binary;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// The firewall tables of a namespace that contain rules, sets, or chains with policy drop; a new namespace has none. For legacy iptables
/// every table counts: listing one already creates it.
/// </summary>
internal sealed class FirewallTables : IDisposable
{
    private readonly NetlinkSocket _socket = NetlinkSocket.Open(Nfnetlink.NETLINK_NETFILTER);
    private readonly string[] _legacy =
    [
        .. IptablesCalls.Tables(SocketCalls.AF_INET).Select(name => $"iptables table {name}"),
        .. IptablesCalls.Tables(SocketCalls.AF_INET6).Select(name => $"ip6tables table {name}"),
    ];

    private FirewallTables()
    {
    }

    /// <summary>To be called in the namespace; the rest from any thread.</summary>
    public static FirewallTables Open() => new();

    /// <returns>Noun phrases.</returns>
    public IReadOnlyList<string> InUse(NetworkNamespace network) =>
    [
        .. InUse(_socket, network).Distinct(StringComparer.Ordinal).Select(name => $"nftables table {name}"),
        .. _legacy,
    ];

    public void Dispose() => _socket.Dispose();

    private static IEnumerable<string> InUse(NetlinkSocket socket, NetworkNamespace network)
    {
        IReadOnlyList<NetlinkAnswer> Dump(int type, string what) => socket.Dump(
            NetlinkMessage.CreateNetfilter(Nfnetlink.NFNL_SUBSYS_NFTABLES, type, Rtnetlink.NLM_F_DUMP, family: 0),
            $"list the {what} of nftables in {network}");
        try
        {
            if (Dump(Nfnetlink.NFT_MSG_GETTABLE, "tables").Count == 0)
                return []; // The usual case: everything else belongs to a table.
        }
        catch (KernelException)
        {
            return []; // A kernel without nftables.
        }

        return
        [
            .. Dump(Nfnetlink.NFT_MSG_GETRULE, "rules").Select(rule => Text(rule, Nfnetlink.NFTA_RULE_TABLE)),
            .. Dump(Nfnetlink.NFT_MSG_GETCHAIN, "chains").Where(Drops).Select(chain => Text(chain, Nfnetlink.NFTA_CHAIN_TABLE)),
            .. Dump(Nfnetlink.NFT_MSG_GETSET, "sets").Select(set => Text(set, Nfnetlink.NFTA_SET_TABLE)),
        ];
    }

    // nf_tables attributes are in network byte order.
    private static bool Drops(NetlinkAnswer chain) => chain.Attributes<NfGenMsg>().TryFind(Nfnetlink.NFTA_CHAIN_POLICY, out var policy)
        && BinaryPrimitives.ReadUInt32BigEndian(policy.Value) != Nfnetlink.NF_ACCEPT;

    private static string Text(NetlinkAnswer answer, ushort type) =>
        answer.Attributes<NfGenMsg>().TryFind(type, out var found) ? found.Text : "without a name";
}

/// <summary>IPsec policies and states (ip-xfrm(8)). In a namespace without them the same packets would leave unencrypted.</summary>
internal sealed class IPsecEntries : IDisposable
{
    private readonly NetlinkSocket? _socket = TryOpenSocket();

    private IPsecEntries()
    {
    }

    /// <summary>To be called in the namespace; the rest from any thread.</summary>
    public static IPsecEntries Open() => new();

    /// <returns>Noun phrases.</returns>
    public IReadOnlyList<string> In(NetworkNamespace network)
    {
        try
        {
            return _socket is null
                ? []
                :
                [
                    .. Any(_socket, Xfrm.XFRM_MSG_GETPOLICY, "IPsec policies", network),
                    .. Any(_socket, Xfrm.XFRM_MSG_GETSA, "IPsec states", network),
                ];
        }
        catch (KernelException)
        {
            return []; // A kernel without IPsec.
        }
    }

    public void Dispose() => _socket?.Dispose();

    private static NetlinkSocket? TryOpenSocket()
    {
        try
        {
            return NetlinkSocket.Open(Xfrm.NETLINK_XFRM);
        }
        catch (KernelException)
        {
            return null; // A kernel without IPsec.
        }
    }

    private static IEnumerable<string> Any(NetlinkSocket socket, ushort type, string name, NetworkNamespace network) =>
        socket.Dump(NetlinkMessage.CreateEmpty(type, Rtnetlink.NLM_F_DUMP), $"list the {name} of {network}").Count > 0 ? [name] : [];
}
