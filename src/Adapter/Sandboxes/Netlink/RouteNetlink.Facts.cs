using System.Globalization;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using static Bridge.Adapter.Sandboxes.Native.Rtnetlink;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>Everything that the kernel shows of a link and that a container or a person can have changed.</summary>
internal sealed partial class RouteNetlink
{
    // IFF_LOWER_UP and IFF_DORMANT of linux/if.h, which cannot be included beside net/if.h.
    private const uint CarrierFlags = 0x10000 | 0x20000 | IFF_RUNNING;

    // IFLA_BRPORT_MCAST_N_GROUPS of linux/if_link.h from 6.2 on.
    private const ushort MulticastGroups = 41;

    // They follow the carrier, count, or are compared elsewhere: name and MAC, the peer's index.
    private static readonly HashSet<ushort> Passing =
    [
        IFLA_IFNAME, IFLA_ADDRESS, IFLA_LINK, IFLA_STATS, IFLA_STATS64, IFLA_OPERSTATE, IFLA_AF_SPEC, IFLA_CARRIER, IFLA_CARRIER_CHANGES,
        IFLA_CARRIER_UP_COUNT, IFLA_CARRIER_DOWN_COUNT, IFLA_LINKINFO,
    ];

    private static readonly Dictionary<ushort, string> Names = new()
    {
        [IFLA_MTU] = "MTU", [IFLA_MASTER] = "bridge", [IFLA_XDP] = "XDP program", [IFLA_IFALIAS] = "alias",
        [IFLA_PROP_LIST] = "alternative names", [IFLA_TXQLEN] = "queue length", [IFLA_GROUP] = "group", [IFLA_PROMISCUITY] = "promiscuity",
    };

    /// <summary>The properties of a link; null when no link has the name.</summary>
    /// <param name="name">The link.</param>
    public (LinkInfo Link, IReadOnlyList<LinkFact> Facts)? FactsOf(string name) =>
        FactsOf(NetlinkMessage.Create(RTM_GETLINK, NLM_F_ACK, new IfInfoMsg()).Add(IFLA_IFNAME, name), $"read link {name} in {place}");

    /// <inheritdoc cref="FactsOf(string)"/>
    public (LinkInfo Link, IReadOnlyList<LinkFact> Facts)? FactsOf(int index) =>
        FactsOf(NetlinkMessage.Create(RTM_GETLINK, NLM_F_ACK, new IfInfoMsg { ifi_index = index }), $"read link {index} in {place}");

    private (LinkInfo, IReadOnlyList<LinkFact>)? FactsOf(NetlinkMessage request, string attempted)
    {
        NetlinkAnswer answer;
        try
        {
            answer = socket.Ask(request.Add(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS), attempted);
        }
        catch (KernelException absent) when (absent.Errno == Errno.ENODEV)
        {
            return null;
        }

        var link = ToLink(answer);
        List<LinkFact> facts = [.. OfAnswer(answer), Qdisc(link, TC_H_ROOT), Qdisc(link, TC_H_INGRESS), .. Addresses(link).Select(ToFact)];
        if (facts.Exists(fact => fact.Name == Names[IFLA_MASTER]))
            facts.Add(Vlans(link));

        facts.Add(new LinkFact("features", EthtoolCalls.Features(link.Name)));
        var programs = BpfCalls.TcxPrograms(link.Index);
        facts.Add(new LinkFact("tcx programs", programs?.ToString(CultureInfo.InvariantCulture) ?? LinkFact.Unknown));
        return (link, facts);
    }

    private static List<LinkFact> OfAnswer(NetlinkAnswer answer)
    {
        var flags = answer.Header<IfInfoMsg>().ifi_flags & ~CarrierFlags;
        List<LinkFact> facts = [new("flags", $"{flags:x}")];
        foreach (var attribute in answer.Attributes<IfInfoMsg>())
        {
            if (attribute.Type == IFLA_LINKINFO)
                AddInfo(facts, attribute.Nested);
            else if (!Passing.Contains(attribute.Type))
                facts.Add(ToFact(Names.GetValueOrDefault(attribute.Type, $"attribute {attribute.Type}"), attribute));
        }

        return facts;
    }

    // A bridge port has its state and that of the spanning tree among its attributes.
    private static void AddInfo(List<LinkFact> facts, NetlinkAttributes info)
    {
        foreach (var part in info)
        {
            if (part.Type != IFLA_INFO_SLAVE_DATA)
            {
                facts.Add(ToFact($"kind's attribute {part.Type}", part));
                continue;
            }

            foreach (var port in part.Nested)
            {
                if (port.Type is not (IFLA_BRPORT_STATE or (>= IFLA_BRPORT_ROOT_ID and <= IFLA_BRPORT_FLUSH)
                    or IFLA_BRPORT_MCAST_EHT_HOSTS_CNT or MulticastGroups))
                    facts.Add(ToFact($"bridge port's attribute {port.Type}", port));
            }
        }
    }

    private static LinkFact ToFact(string name, NetlinkAttribute attribute) => new(name, Convert.ToHexStringLower(attribute.Value));

    private static LinkFact ToFact(LinkAddress address) => new("address", $"{address.Address}/{address.PrefixLength}");

    // The kernel refuses to show its own default one (net/sched/sch_api.c tc_qdisc_dump_ignore), and shows others as a notification, which
    // reaches the socket that asks only as an echo. Their statistics are left out.
    private LinkFact Qdisc(LinkInfo link, uint parent)
    {
        var name = parent == TC_H_ROOT ? "queueing discipline" : "queueing discipline of the ingress";
        var request = NetlinkMessage.Create(
            RTM_GETQDISC, NLM_F_ACK | NLM_F_ECHO, new TcMsg { tcm_ifindex = link.Index, tcm_parent = parent });
        try
        {
            var answer = socket.Ask(request, $"read the {name} of {link.Name} in {place}");
            var attributes = answer.Attributes<TcMsg>();
            var kind = attributes.TryFind(TCA_KIND, out var found) ? found.Text : "";
            var options = attributes.TryFind(TCA_OPTIONS, out var chosen) ? Convert.ToHexStringLower(chosen.Value) : "";
            return new LinkFact(name, $"{kind} {answer.Header<TcMsg>().tcm_handle:x} {options}");
        }
        catch (KernelException none) when (none.Errno is Errno.ENOENT or Errno.EINVAL)
        {
            return new LinkFact(name, "");
        }
    }

    private LinkFact Vlans(LinkInfo link)
    {
        var request = NetlinkMessage.Create(RTM_GETVLAN, NLM_F_DUMP, new BrVlanMsg { ifindex = (uint)link.Index });
        try
        {
            var answers = socket.Dump(request, $"read the VLANs of {link.Name} in {place}");
            return new LinkFact("VLANs", string.Join(' ', answers.Select(answer => Convert.ToHexStringLower(answer.Payload.Span))));
        }
        catch (KernelException none) when (none.Errno is Errno.EINVAL or Errno.EOPNOTSUPP)
        {
            return new LinkFact("VLANs", ""); // Its master is no bridge, or the kernel has no VLANs.
        }
    }
}
