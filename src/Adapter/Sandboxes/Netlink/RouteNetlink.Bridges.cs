using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using static Bridge.Adapter.Sandboxes.Native.Rtnetlink;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>Ports of bridges, queueing disciplines, and the end of links.</summary>
internal sealed partial class RouteNetlink
{
    private const string BridgeKind = "bridge";

    /// <summary>Makes a link a port of a bridge.</summary>
    /// <param name="index">The link.</param>
    /// <param name="bridge">The index of the bridge device.</param>
    /// <param name="hairpin">The bridge device may send frames back over the port they came from (bridge(8)).</param>
    /// <param name="isolated">The bridge device forwards nothing between this and other isolated ports.</param>
    public void SetBridge(int index, int bridge, bool hairpin, bool isolated)
    {
        Change(index, $"make link {index} a port of bridge {bridge}", null, message => message.Add(IFLA_MASTER, bridge));
        Change(index, $"configure bridge port {index}", null, message =>
        {
            using (message.Nest(IFLA_LINKINFO))
            {
                message.Add(IFLA_INFO_SLAVE_KIND, BridgeKind);
                using (message.Nest(IFLA_INFO_SLAVE_DATA))
                    message.Add(IFLA_BRPORT_MODE, (byte)(hairpin ? 1 : 0)).Add(IFLA_BRPORT_ISOLATED, (byte)(isolated ? 1 : 0));
            }
        });
    }

    /// <summary>Removes a link; a veth with its peer. Does nothing if no link has the name.</summary>
    public void RemoveLink(string name)
    {
        if (FindLink(name) is not { } link)
            return;

        Execute(
            NetlinkMessage.Create(RTM_DELLINK, NLM_F_ACK, new IfInfoMsg { ifi_index = link.Index }), $"remove link {name} in {place}",
            satisfied: Errno.ENODEV);
    }

    /// <summary>The kind of a link's queueing discipline, <c>tbf</c> for example; null where the kernel shows none.</summary>
    /// <param name="link">The link.</param>
    /// <param name="parent">TC_H_ROOT or TC_H_INGRESS.</param>
    public string? QdiscKind(LinkInfo link, uint parent) =>
        Qdisc(link, parent).Value.Split(' ')[0] is { Length: > 0 } kind ? kind : null;

    /// <summary>Removes a link's queueing discipline, but for the kernel's own default. Does nothing without one.</summary>
    /// <inheritdoc cref="QdiscKind" path="/param"/>
    public void RemoveQdisc(LinkInfo link, uint parent)
    {
        if (QdiscKind(link, parent) is null)
            return;

        var request = NetlinkMessage.Create(RTM_DELQDISC, NLM_F_ACK, new TcMsg { tcm_ifindex = link.Index, tcm_parent = parent });
        Execute(request, $"remove the queueing discipline of {link.Name} in {place}", satisfied: Errno.ENOENT);
    }
}
