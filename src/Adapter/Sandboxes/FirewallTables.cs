using System.Buffers.Binary;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// The tables of a namespace's firewall that have rules, sets, or chains whose policy is to drop; a new namespace has none. Of the older iptables, which makes an empty table already when it only
/// lists, those that there are.
/// </summary>
internal static class FirewallTables
{
    private static readonly (string File, string Tool)[] Legacy =
    [
        ("/proc/thread-self/net/ip_tables_names", "iptables"), ("/proc/thread-self/net/ip6_tables_names", "ip6tables"),
    ];

    /// <returns>Each for the middle of a sentence.</returns>
    public static IReadOnlyList<string> In(NetworkNamespace network)
    {
        var (socket, legacy) = network.Run(() => (NetlinkSocket.Open(Nfnetlink.NETLINK_NETFILTER), Legacy.Select(table => (table.Tool, Names: LibC.TryReadText(table.File))).ToArray()));
        using (socket)
        {
            return
            [
                .. InUse(socket, network).Distinct(StringComparer.Ordinal).Select(name => $"nftables table {name}"),
                .. legacy.SelectMany(table => (table.Names ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(name => $"{table.Tool} table {name}")),
            ];
        }
    }

    private static IEnumerable<string> InUse(NetlinkSocket socket, NetworkNamespace network)
    {
        IReadOnlyList<NetlinkAnswer> Dump(int type, string what) =>
            socket.Dump(NetlinkMessage.Create((ushort)((Nfnetlink.NFNL_SUBSYS_NFTABLES << 8) | type), Rtnetlink.NLM_F_DUMP, new NfGenMsg()), $"list the {what} of nftables in {network}");
        try
        {
            if (Dump(Nfnetlink.NFT_MSG_GETTABLE, "tables").Count == 0)
                return []; // As nearly always; what else could be asked for is in tables.
        }
        catch (KernelException)
        {
            return []; // The kernel has no nftables.
        }

        return
        [
            .. Dump(Nfnetlink.NFT_MSG_GETRULE, "rules").Select(rule => Text(rule, Nfnetlink.NFTA_RULE_TABLE)),
            .. Dump(Nfnetlink.NFT_MSG_GETCHAIN, "chains").Where(HoldsUp).Select(chain => Text(chain, Nfnetlink.NFTA_CHAIN_TABLE)),
            .. Dump(Nfnetlink.NFT_MSG_GETSET, "sets").Select(set => Text(set, Nfnetlink.NFTA_SET_TABLE)),
        ];
    }

    private static bool HoldsUp(NetlinkAnswer chain)
    {
        foreach (var attribute in chain.Attributes<NfGenMsg>())
        {
            if (attribute.Type == Nfnetlink.NFTA_CHAIN_POLICY)
                return BinaryPrimitives.ReadUInt32BigEndian(attribute.Value) != Nfnetlink.NF_ACCEPT;
        }

        return false;
    }

    private static string Text(NetlinkAnswer answer, ushort type)
    {
        foreach (var attribute in answer.Attributes<NfGenMsg>())
        {
            if (attribute.Type == type)
                return attribute.Text;
        }

        return "without a name";
    }
}
