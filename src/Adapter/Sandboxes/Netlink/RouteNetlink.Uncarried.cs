using Bridge.Adapter.Sandboxes.Native;
using static Bridge.Adapter.Sandboxes.Native.Rtnetlink;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>What a link loses on its way into another namespace and nobody puts back.</summary>
internal sealed partial class RouteNetlink
{
    private const int GroupBit = 1;

    /// <summary>The kinds of the queueing disciplines that somebody gave the link. Those that the kernel gives by itself have no number.</summary>
    public IReadOnlyList<string> Qdiscs(LinkInfo link)
    {
        var request = NetlinkMessage.Create(RTM_GETQDISC, NLM_F_DUMP, new TcMsg());
        return
        [
            .. socket.Dump(request, $"list the queueing disciplines of {link.Name} in {place}")
                .Where(answer => answer.Header<TcMsg>().tcm_ifindex == link.Index && answer.Header<TcMsg>().tcm_handle != 0)
                .Select(Kind),
        ];
    }

    /// <summary>The neighbours that somebody declared without a lifetime (NOARP), and those that the link answers for (proxy).</summary>
    /// <returns>Each for the middle of a sentence.</returns>
    public IReadOnlyList<string> UncarriedNeighbours(LinkInfo link) =>
    [
        .. Neighbours(link, flags: 0)
            .Where(answer => (answer.Header<NdMsg>().ndm_state & NUD_NOARP) != 0)
            .Select(ToNeighbour).OfType<LinkNeighbour>().Where(neighbour => IsOfSomebody(link, neighbour))
            .Select(neighbour => $"NOARP neighbour {neighbour.Address}"),
        .. Neighbours(link, NTF_PROXY)
            .Where(answer => (answer.Header<NdMsg>().ndm_flags & NTF_PROXY) != 0)
            .Select(answer => $"proxy neighbour {DestinationOf(answer)}"),
    ];

    private IEnumerable<NetlinkAnswer> Neighbours(LinkInfo link, byte flags) =>
        socket.Dump(NetlinkMessage.Create(RTM_GETNEIGH, NLM_F_DUMP, new NdMsg { ndm_flags = flags }), $"list the neighbours of {link.Name} in {place}")
            .Where(answer => answer.Header<NdMsg>().ndm_ifindex == link.Index);

    // The kernel makes such entries for groups and for broadcasts, and on a link that resolves nothing for everybody.
    private static bool IsOfSomebody(LinkInfo link, LinkNeighbour neighbour) =>
        MacAddress.Parse(neighbour.Mac)?.GetAddressBytes() is [var first, ..] mac && (first & GroupBit) == 0 && neighbour.Mac != link.Mac && mac.Any(part => part != 0);

    private static string DestinationOf(NetlinkAnswer answer)
    {
        foreach (var attribute in answer.Attributes<NdMsg>())
        {
            if (attribute.Type == NDA_DST)
                return attribute.Address;
        }

        return "without an address";
    }

    private static string Kind(NetlinkAnswer answer)
    {
        foreach (var attribute in answer.Attributes<TcMsg>())
        {
            if (attribute.Type == TCA_KIND)
                return attribute.Text;
        }

        return "of no kind";
    }
}
