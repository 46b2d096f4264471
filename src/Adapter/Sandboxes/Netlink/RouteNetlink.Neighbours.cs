using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;
using static Bridge.Adapter.Sandboxes.Native.Rtnetlink;

namespace Bridge.Adapter.Sandboxes.Netlink;

internal sealed partial class RouteNetlink
{
    private const int GroupBit = 1;

    /// <summary>The permanent neighbours of the link.</summary>
    public IReadOnlyList<LinkNeighbour> Neighbours(LinkInfo link) =>
    [
        .. Neighbours(link, flags: 0)
            .Where(answer => (answer.Header<NdMsg>().ndm_state & NUD_PERMANENT) != 0)
            .Select(ToNeighbour)
            .OfType<LinkNeighbour>(),
    ];

    /// <summary>Adds or replaces the entry.</summary>
    public void SetNeighbour(LinkInfo link, LinkNeighbour neighbour)
    {
        var header = new NdMsg
        {
            ndm_family = ToKernel(neighbour.Address.Contains(':')),
            ndm_ifindex = link.Index,
            ndm_state = NUD_PERMANENT,
        };
        var message = NetlinkMessage.Create(RTM_NEWNEIGH, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, header)
            .Add(NDA_DST, Bytes(neighbour.Address))
            .Add(NDA_LLADDR, [.. neighbour.Mac.Split(':').Select(part => Convert.ToByte(part, 16))]);
        socket.Execute(message, $"set neighbour {neighbour.Address} of {link.Name} in {place}");
    }

    /// <summary>The entries that no snapshot holds: NOARP neighbours, and proxy entries (ip-neighbour(8)). Each is a noun phrase.</summary>
    public IReadOnlyList<string> UncarriedNeighbours(LinkInfo link) =>
    [
        .. Neighbours(link, flags: 0)
            .Where(answer => (answer.Header<NdMsg>().ndm_state & NUD_NOARP) != 0)
            .Select(ToNeighbour).OfType<LinkNeighbour>().Where(neighbour => IsConfigured(link, neighbour))
            .Select(neighbour => $"NOARP neighbour {neighbour.Address}"),
        .. Neighbours(link, NTF_PROXY)
            .Where(answer => (answer.Header<NdMsg>().ndm_flags & NTF_PROXY) != 0)
            .Select(answer => answer.Attributes<NdMsg>().TryFind(NDA_DST, out var found) ? found.Address : "without an address")
            .Select(address => $"proxy neighbour {address}"),
    ];

    /// <summary>The kinds of the link's queueing disciplines. The handle of a default one is 0 (tc(8)); those are left out.</summary>
    public IReadOnlyList<string> Qdiscs(LinkInfo link)
    {
        var request = NetlinkMessage.Create(RTM_GETQDISC, NLM_F_DUMP, new TcMsg());
        return
        [
            .. socket.Dump(request, $"list the queueing disciplines of {link.Name} in {place}")
                .Where(answer => answer.Header<TcMsg>().tcm_ifindex == link.Index && answer.Header<TcMsg>().tcm_handle != 0)
                .Select(answer => answer.Attributes<TcMsg>().TryFind(TCA_KIND, out var found) ? found.Text : "of no kind"),
        ];
    }

    private IEnumerable<NetlinkAnswer> Neighbours(LinkInfo link, byte flags) => socket
        .Dump(
            NetlinkMessage.Create(RTM_GETNEIGH, NLM_F_DUMP, new NdMsg { ndm_flags = flags }),
            $"list the neighbours of {link.Name} in {place}")
        .Where(answer => answer.Header<NdMsg>().ndm_ifindex == link.Index);

    // The kernel adds NOARP entries of its own for multicast, for broadcast, and for every address on a link without address resolution
    // (net/ipv4/arp.c arp_constructor).
    private static bool IsConfigured(LinkInfo link, LinkNeighbour neighbour) =>
        MacAddress.Parse(neighbour.Mac)?.GetAddressBytes() is [var first, ..] mac
        && (first & GroupBit) == 0 && neighbour.Mac != link.Mac && mac.Any(part => part != 0);

    private static LinkNeighbour? ToNeighbour(NetlinkAnswer answer) =>
        answer.Attributes<NdMsg>().TryFind(NDA_DST, out var address) && answer.Attributes<NdMsg>().TryFind(NDA_LLADDR, out var mac)
            ? new LinkNeighbour(address.Address, mac.LinkLayerAddress)
            : null;
}
