using System.Runtime.InteropServices;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using static Bridge.Adapter.Sandboxes.Native.Rtnetlink;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>What a picture of the whole host needs: of all links at once, one request for each kind of object.</summary>
internal sealed partial class RouteNetlink
{
    // struct rtnl_link_stats64 of linux/if_link.h begins with the packets received and sent, then their bytes.
    private const int ReceivedBytesAt = 2 * sizeof(ulong);
    private const int SentBytesAt = 3 * sizeof(ulong);

    /// <summary>The addresses of every link, with prefix length, by the link's index.</summary>
    public IReadOnlyList<(int Link, string Address, int PrefixLength)> AllAddresses() =>
    [
        .. socket.Dump(NetlinkMessage.Create(RTM_GETADDR, NLM_F_DUMP, new IfAddrMsg()), $"list the addresses of {place}")
            .Select(answer => (
                Link: (int)answer.Header<IfAddrMsg>().ifa_index, Address: OwnAddress(answer),
                PrefixLength: (int)answer.Header<IfAddrMsg>().ifa_prefixlen))
            .Where(found => found.Address.Length > 0),
    ];

    /// <summary>
    /// Which port of a bridge leads to which MAC: what the bridges have learned, without the ports' own MACs (bridge(8)).
    /// </summary>
    public IReadOnlyList<(string Mac, int Port)> ForwardingEntries()
    {
        try
        {
            var request = NetlinkMessage.Create(RTM_GETNEIGH, NLM_F_DUMP, new NdMsg { ndm_family = SocketCalls.AF_BRIDGE });
            return
            [
                .. socket.Dump(request, $"list the forwarding entries of the bridges of {place}")
                    .Where(answer => (answer.Header<NdMsg>().ndm_state & NUD_PERMANENT) == 0)
                    .Select(answer => (Mac(answer), answer.Header<NdMsg>().ndm_ifindex)).Where(found => found.Item1.Length > 0),
            ];
        }
        catch (KernelException none) when (none.Errno is Errno.EOPNOTSUPP or Errno.EINVAL)
        {
            return []; // The kernel has no bridges.
        }
    }

    /// <summary>The MACs of addresses that answered this host (ARP, neighbour discovery).</summary>
    public IReadOnlyList<(string Address, string Mac)> AllNeighbours() =>
    [
        .. socket.Dump(NetlinkMessage.Create(RTM_GETNEIGH, NLM_F_DUMP, new NdMsg()), $"list the neighbours of {place}")
            .Where(answer => (answer.Header<NdMsg>().ndm_state & (NUD_NOARP | NUD_FAILED)) == 0)
            .Select(ToNeighbour).OfType<LinkNeighbour>().Select(neighbour => (neighbour.Address, neighbour.Mac)),
    ];

    /// <summary>Bytes that each link has received and sent since it was made, by its index.</summary>
    /// <param name="take">Gets index, received, sent.</param>
    public void ReadCounters(Action<int, ulong, ulong> take)
    {
        var header = new IfStatsMsg { filter_mask = 1 << (IFLA_STATS_LINK_64 - 1) };
        foreach (var answer in socket.Dump(NetlinkMessage.Create(RTM_GETSTATS, NLM_F_DUMP, header), $"read the counters of {place}"))
        {
            if (answer.Attributes<IfStatsMsg>().TryFind(IFLA_STATS_LINK_64, out var stats))
            {
                take(
                    (int)answer.Header<IfStatsMsg>().ifindex, MemoryMarshal.Read<ulong>(stats.Value[ReceivedBytesAt..]),
                    MemoryMarshal.Read<ulong>(stats.Value[SentBytesAt..]));
            }
        }
    }

    private static string Mac(NetlinkAnswer answer) =>
        answer.Attributes<NdMsg>().TryFind(NDA_LLADDR, out var mac) ? mac.LinkLayerAddress : "";

    private static string OwnAddress(NetlinkAnswer answer) =>
        answer.Attributes<IfAddrMsg>().TryFind(IFA_LOCAL, out var local) ? local.Address
        : answer.Attributes<IfAddrMsg>().TryFind(IFA_ADDRESS, out var address) ? address.Address
        : "";
}
