using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// The tables of a namespace's firewall that have rules; a new namespace has none. Of the older iptables, which makes an empty table already when it only
/// lists, those that there are.
/// </summary>
internal static class FirewallTables
{
    private const ushort GetRules = (Nfnetlink.NFNL_SUBSYS_NFTABLES << 8) | Nfnetlink.NFT_MSG_GETRULE;

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
                .. WithRules(socket, network).Distinct(StringComparer.Ordinal).Select(name => $"nftables table {name}"),
                .. legacy.SelectMany(table => (table.Names ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(name => $"{table.Tool} table {name}")),
            ];
        }
    }

    private static IEnumerable<string> WithRules(NetlinkSocket socket, NetworkNamespace network)
    {
        var request = NetlinkMessage.Create(GetRules, Rtnetlink.NLM_F_DUMP, new NfGenMsg());
        try
        {
            return [.. socket.Dump(request, $"list the rules of nftables in {network}").Select(Table)];
        }
        catch (KernelException)
        {
            return []; // The kernel has no nftables.
        }
    }

    private static string Table(NetlinkAnswer answer)
    {
        foreach (var attribute in answer.Attributes<NfGenMsg>())
        {
            if (attribute.Type == Nfnetlink.NFTA_RULE_TABLE)
            {
                return attribute.Text;
            }
        }

        return "without a name";
    }
}
