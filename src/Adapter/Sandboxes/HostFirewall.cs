using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// The host's firewall, asked of the kernel: nftables, iptables upon nftables, and legacy iptables. A question costs microseconds, the
/// firewall's own tools a process each. Rules are searched for bytes, not understood: a yes may be a coincidence.
/// </summary>
internal sealed class HostFirewall(NetworkNamespace host) : IDisposable
{
    private readonly NetlinkSocket _nftables = host.Run(() => NetlinkSocket.Open(Nfnetlink.NETLINK_NETFILTER));

    /// <param name="family">NFPROTO_…</param>
    /// <param name="table">The table.</param>
    /// <param name="chain">The chain's whole name.</param>
    /// <exception cref="KernelException">The kernel does not tell.</exception>
    public bool HasChain(byte family, string table, string chain)
    {
        var request = Request(Nfnetlink.NFT_MSG_GETCHAIN, Rtnetlink.NLM_F_ACK, family)
            .Add(Nfnetlink.NFTA_CHAIN_TABLE, table)
            .Add(Nfnetlink.NFTA_CHAIN_NAME, chain);
        return IsThere(() =>
        {
            _nftables.Ask(request, $"look for the firewall chain {chain} of {host}");
            return true;
        });
    }

    /// <summary>Whether a rule of nftables contains any of these bytes.</summary>
    /// <param name="family">NFPROTO_…</param>
    /// <param name="table">The table.</param>
    /// <param name="chain">The chain; null: all of the table.</param>
    /// <param name="marks">Texts and addresses, as a rule contains them.</param>
    /// <exception cref="KernelException">The kernel does not tell.</exception>
    public bool HasRule(byte family, string table, string? chain, IReadOnlyList<byte[]> marks)
    {
        var request = Request(Nfnetlink.NFT_MSG_GETRULE, Rtnetlink.NLM_F_DUMP, family).Add(Nfnetlink.NFTA_RULE_TABLE, table);
        if (chain is not null)
            request.Add(Nfnetlink.NFTA_RULE_CHAIN, chain);

        return IsThere(() => _nftables.Dump(request, $"list the firewall rules of table {table} of {host}")
            .Any(rule => ContainsAny(rule.Payload.Span, marks)));
    }

    /// <summary>Whether a table of legacy iptables contains any of these bytes.</summary>
    /// <param name="family">NFPROTO_IPV4 or NFPROTO_IPV6, which are AF_INET and AF_INET6.</param>
    /// <param name="table">The table. It need not exist.</param>
    /// <param name="marks">Names of chains, texts and addresses.</param>
    /// <exception cref="KernelException">The kernel does not tell.</exception>
    public bool HasLegacyRule(byte family, string table, IReadOnlyList<byte[]> marks) => host.Run(() =>
        IptablesCalls.Tables(family).Contains(table) && ContainsAny(IptablesCalls.Read(family, table), marks));

    public void Dispose() => _nftables.Dispose();

    private static NetlinkMessage Request(int message, ushort flags, byte family) =>
        NetlinkMessage.CreateNetfilter(Nfnetlink.NFNL_SUBSYS_NFTABLES, message, flags, family);

    // A kernel without nftables, or without this family of it, knows neither table nor chain.
    private static bool IsThere(Func<bool> question)
    {
        try
        {
            return question();
        }
        catch (KernelException missing) when (missing.Errno is Errno.ENOENT or Errno.EINVAL or Errno.EAFNOSUPPORT or Errno.EOPNOTSUPP)
        {
            return false;
        }
    }

    private static bool ContainsAny(ReadOnlySpan<byte> rules, IReadOnlyList<byte[]> marks)
    {
        foreach (var mark in marks)
        {
            if (rules.IndexOf(mark) >= 0)
                return true;
        }

        return false;
    }
}
