using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// The tables of a namespace's firewall. A new namespace has none; iptables and nft make them with the first rule. The older iptables makes an empty one
/// already when it only lists.
/// </summary>
internal static class FirewallTables
{
    private const ushort GetTable = (Nfnetlink.NFNL_SUBSYS_NFTABLES << 8) | Nfnetlink.NFT_MSG_GETTABLE;

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
                .. Dump(socket, network).Select(name => $"nftables table {name}"),
                .. legacy.SelectMany(table => (table.Names ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(name => $"{table.Tool} table {name}")),
            ];
        }
    }

    private static IEnumerable<string> Dump(NetlinkSocket socket, NetworkNamespace network)
    {
        var request = NetlinkMessage.Create(GetTable, Rtnetlink.NLM_F_DUMP, new NfGenMsg());
        try
        {
            return [.. socket.Dump(request, $"list the nftables of {network}").Select(Name)];
        }
        catch (KernelException)
        {
            return []; // The kernel has no nftables.
        }
    }

    private static string Name(NetlinkAnswer answer)
    {
        foreach (var attribute in answer.Attributes<NfGenMsg>())
        {
            if (attribute.Type == Nfnetlink.NFTA_TABLE_NAME)
            {
                return attribute.Text;
            }
        }

        return "without a name";
    }
}
