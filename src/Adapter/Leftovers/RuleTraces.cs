using System.Net;
using System.Text;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Leftovers;

/// <summary>
/// Whether rules of the stock plugins may remain after a DEL that succeeded. portmap and firewall take every failure of iptables for a rule
/// that does not exist: of a tool that was killed, or that could not get memory or the lock; bridge ignores failures of its MAC check. The
/// kernel is asked, which starts no process; after a yes, <see cref="FirewallDump"/> shows what there is.
/// </summary>
internal sealed class RuleTraces(NetworkNamespace host)
{
    private const string Nat = "nat";
    private const string Filter = "filter";

    private static readonly byte[] Families = [Nfnetlink.NFPROTO_IPV4, Nfnetlink.NFPROTO_IPV6];

    /// <summary>After DEL of plugins that publish ports: chains of portmap (iptables), or rules in its own table (nftables).</summary>
    public bool MayHavePortRules(AttachmentRecord record)
    {
        string[] chains = [FirewallMarks.ChainName("CNI-DN-", record), FirewallMarks.ChainName("CNI-SN-", record)];
        return Ask(firewall => Families.Any(family =>
            HasChain(firewall, family, chains) || firewall.HasRule(family, "cni_hostport", chain: null, IdMark(record))));
    }

    /// <summary>After DEL of a chain, by what its plugins make.</summary>
    public bool MayHaveRules(AttachmentRecord record)
    {
        var plugins = CniRecord.Configuration(record).Plugins.Select(plugin => plugin.Type).ToHashSet(StringComparer.Ordinal);
        var addresses = record.LinkAddresses.ToLookup(
            address => address.IsIPv6 ? Nfnetlink.NFPROTO_IPV6 : Nfnetlink.NFPROTO_IPV4,
            address => IPAddress.Parse(address.Address).GetAddressBytes());
        return Ask(firewall =>
            ((plugins.Contains("bridge") || plugins.Contains("ptp")) && MayMasquerade(firewall, record, addresses.Select(one => one.Key)))
            || (plugins.Contains("bridge") && firewall.HasRule(Nfnetlink.NFPROTO_BRIDGE, Nat, chain: null, IdMark(record)))
            || (plugins.Contains("firewall") && addresses.Any(family => MayAccept(firewall, family.Key, [.. family]))));
    }

    private static bool MayMasquerade(HostFirewall firewall, AttachmentRecord record, IEnumerable<byte> families)
    {
        string[] chains = [FirewallMarks.ChainName("CNI-", record)];
        return firewall.HasRule(Nfnetlink.NFPROTO_INET, "cni_plugins_masquerade", chain: null, IdMark(record))
            || families.Any(family => HasChain(firewall, family, chains));
    }

    // Rules of plugin firewall have nothing but the address.
    private static bool MayAccept(HostFirewall firewall, byte family, IReadOnlyList<byte[]> addresses) =>
        firewall.HasRule(family, Filter, "CNI-FORWARD", addresses) || firewall.HasLegacyRule(family, Filter, addresses);

    private static bool HasChain(HostFirewall firewall, byte family, string[] names) =>
        names.Any(name => firewall.HasChain(family, Nat, name))
        || firewall.HasLegacyRule(family, Nat, [.. names.Select(Encoding.ASCII.GetBytes)]);

    private static byte[][] IdMark(AttachmentRecord record) => [Encoding.UTF8.GetBytes(FirewallMarks.ShownId(record.ContainerId))];

    // Where the kernel does not tell, the tools may.
    private bool Ask(Func<HostFirewall, bool> question)
    {
        try
        {
            using var firewall = new HostFirewall(host);
            return question(firewall);
        }
        catch (KernelException)
        {
            return true;
        }
    }
}
