using Bridge.Adapter.Sandboxes.Native;
using static Bridge.Adapter.Sandboxes.Native.Rtnetlink;

namespace Bridge.Adapter.Sandboxes.Netlink;

internal sealed partial class RouteNetlink
{
    /// <summary>The permanent neighbours of the link.</summary>
    public IReadOnlyList<LinkNeighbour> Neighbours(LinkInfo link) =>
    [
        .. Neighbours(link, flags: 0)
            .Where(answer => (answer.Header<NdMsg>().ndm_state & NUD_PERMANENT) != 0)
            .Select(ToNeighbour)
            .OfType<LinkNeighbour>(),
    ];

    /// <summary>Makes the entry what it is to be, whatever is known of that neighbour.</summary>
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

    private static LinkNeighbour? ToNeighbour(NetlinkAnswer answer)
    {
        string? address = null, mac = null;
        foreach (var attribute in answer.Attributes<NdMsg>())
        {
            switch (attribute.Type)
            {
                case NDA_DST:
                    address = attribute.Address;
                    break;
                case NDA_LLADDR:
                    mac = attribute.LinkLayerAddress;
                    break;
            }
        }

        return address is null || mac is null ? null : new LinkNeighbour(address, mac);
    }
}
