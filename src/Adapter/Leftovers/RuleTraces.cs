using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;

namespace Bridge.Adapter.Leftovers;

/// <summary>
/// Whether rules of the stock plugins may remain after a DEL that succeeded. portmap and firewall take every failure of iptables for a rule
/// that does not exist: of a tool that was killed, or that could not get memory or the lock. The kernel is asked, which starts no process;
/// after a yes, <see cref="FirewallDump"/> shows what there is.
/// </summary>
internal sealed class RuleTraces(NetworkNamespace host)
{
    private const string Nat = "nat";
    private const string Filter = "filter";
    private const int LongestChainName = 28;
    private const int ShownOfId = 20;

    private static readonly byte[] Families = [Nfnetlink.NFPROTO_IPV4, Nfnetlink.NFPROTO_IPV6];

    /// <summary>
    /// After DEL of plugins that publish ports: chains of portmap (with iptables), or rules of its own table (with nftables).
    /// </summary>
    /// <param name="networkName">Name of the CNI network.</param>
    /// <param name="containerId">CNI_CONTAINERID.</param>
    public bool MayPublish(string networkName, string containerId)
    {
        string[] chains = [ChainName("CNI-DN-", networkName, containerId), ChainName("CNI-SN-", networkName, containerId)];
        return Ask(firewall => Families.Any(family =>
            chains.Any(chain => firewall.HasChain(family, Nat, chain))
            || firewall.HasRule(family, "cni_hostport", chain: null, [IdMark(containerId)])
            || firewall.HasLegacyRule(AddressFamilyOf(family), Nat, [.. chains.Select(Encoding.ASCII.GetBytes)])));
    }

    /// <summary>
    /// After DEL of a chain: of bridge and ptp the masquerade, of firewall the rules in its chain, which have nothing but the address.
    /// </summary>
    /// <param name="networkName">Name of the CNI network.</param>
    /// <param name="containerId">CNI_CONTAINERID.</param>
    /// <param name="addresses">The attachment's addresses.</param>
    /// <param name="hasFirewall">Whether the chain has the plugin.</param>
    public bool MayForward(string networkName, string containerId, IEnumerable<IPAddress> addresses, bool hasFirewall)
    {
        var masquerade = ChainName("CNI-", networkName, containerId);
        var byFamily = addresses.ToLookup(
            address => address.AddressFamily == AddressFamily.InterNetworkV6 ? Nfnetlink.NFPROTO_IPV6 : Nfnetlink.NFPROTO_IPV4,
            address => address.GetAddressBytes());
        return Ask(firewall =>
            firewall.HasRule(Nfnetlink.NFPROTO_INET, "cni_plugins_masquerade", chain: null, [IdMark(containerId)])
            || byFamily.Any(family =>
                firewall.HasChain(family.Key, Nat, masquerade)
                || firewall.HasLegacyRule(AddressFamilyOf(family.Key), Nat, [Encoding.ASCII.GetBytes(masquerade)])
                || (hasFirewall && firewall.HasRule(family.Key, Filter, "CNI-FORWARD", [.. family]))
                || (hasFirewall && firewall.HasLegacyRule(AddressFamilyOf(family.Key), Filter, [.. family]))));
    }

    private static string ChainName(string prefix, string networkName, string containerId) =>
        (prefix + FirewallMarks.ChainHash(networkName, containerId))[..LongestChainName];

    private static byte[] IdMark(string containerId) =>
        Encoding.UTF8.GetBytes(containerId[..Math.Min(ShownOfId, containerId.Length)]);

    private static byte AddressFamilyOf(byte family) =>
        family == Nfnetlink.NFPROTO_IPV6 ? SocketCalls.AF_INET6 : SocketCalls.AF_INET;

    // Where the kernel does not tell, the tools may.
    private bool Ask(Func<HostFirewall, bool> question)
    {
        try
        {
            using var firewall = HostFirewall.Open(host);
            return question(firewall);
        }
        catch (KernelException)
        {
            return true;
        }
    }
}
