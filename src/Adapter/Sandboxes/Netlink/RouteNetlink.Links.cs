using System.Net.NetworkInformation;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using static Bridge.Adapter.Sandboxes.Native.Rtnetlink;

namespace Bridge.Adapter.Sandboxes.Netlink;

internal sealed partial class RouteNetlink
{
    private const string VethKind = "veth";

    /// <summary>Null when there is no link of that name.</summary>
    public LinkInfo? FindLink(string name) =>
        FindLink(NetlinkMessage.Create(RTM_GETLINK, NLM_F_ACK, new IfInfoMsg()).Add(IFLA_IFNAME, name), $"look for link {name} in {place}");

    /// <summary>Null when there is no link of that index.</summary>
    public LinkInfo? FindLink(int index) =>
        FindLink(NetlinkMessage.Create(RTM_GETLINK, NLM_F_ACK, new IfInfoMsg { ifi_index = index }), $"look for link {index} in {place}");

    public IReadOnlyList<LinkInfo> Links()
    {
        var request = NetlinkMessage.Create(RTM_GETLINK, NLM_F_DUMP, new IfInfoMsg()).Add(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        return [.. socket.Dump(request, $"list the links of {place}").Select(ToLink)];
    }

    public void SetUp(int index) => Change(index, $"bring link {index} up", flags: IFF_UP);

    public void SetDown(int index) => Change(index, $"take link {index} down", flags: 0);

    public void SetAlias(int index, string alias) =>
        Change(index, $"give link {index} an alias", null, message => message.Add(IFLA_IFALIAS, alias));

    /// <summary>The link must be down; kernels before 6.3 insist on it.</summary>
    public void Rename(int index, string name) =>
        Change(index, $"give link {index} the name {name}", null, message => message.Add(IFLA_IFNAME, name));

    public void SetMac(int index, PhysicalAddress mac) =>
        Change(index, $"give link {index} the MAC {mac}", null, message => message.Add(IFLA_ADDRESS, mac.GetAddressBytes()));

    public void SetMtu(int index, int mtu) =>
        Change(index, $"give link {index} the MTU {mtu}", null, message => message.Add(IFLA_MTU, mtu));

    /// <summary>Moves a link; it arrives down and without addresses, routes and neighbours.</summary>
    /// <param name="name">Its name afterwards. The kernel may show the old one in the target for an instant.</param>
    public void Move(int index, NetworkNamespace target, string name) => target.WithDescriptor(descriptor => Change(
        index,
        $"move link {index} to {target} as {name}",
        null,
        message => message.Add(IFLA_NET_NS_FD, descriptor).Add(IFLA_IFNAME, name)));

    /// <summary>Makes two connected links, one of them with a name that the kernel chooses; that one is up.</summary>
    public void AddVethPair(string name)
    {
        var message = NetlinkMessage.Create(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, new IfInfoMsg()).Add(IFLA_IFNAME, name);
        using (message.Nest(IFLA_LINKINFO))
            message.Add(IFLA_INFO_KIND, VethKind);

        socket.Execute(message, $"make the veth pair {name} in {place}");
        SetUp(FindLink(name)!.PeerIndex!.Value);
    }

    /// <summary>This namespace's number for another one; null when no link here has its other end there.</summary>
    public int? IdOf(NetworkNamespace other)
    {
        int? id = null;
        other.WithDescriptor(descriptor =>
        {
            var request = NetlinkMessage.Create(RTM_GETNSID, NLM_F_ACK, new RtGenMsg()).Add(NETNSA_FD, descriptor);
            foreach (var attribute in socket.Ask(request, $"ask for the number of {other} in {place}").Attributes<RtGenMsg>())
                id = attribute.Type == NETNSA_NSID && attribute.Int32 >= 0 ? attribute.Int32 : id;
        });
        return id;
    }

    public static LinkInfo ToLink(NetlinkAnswer answer)
    {
        ref readonly var header = ref answer.Header<IfInfoMsg>();
        var link = new LinkInfo(header.ifi_index, "", "", 0, "", null, (header.ifi_flags & IFF_UP) != 0);
        foreach (var attribute in answer.Attributes<IfInfoMsg>())
        {
            link = attribute.Type switch
            {
                IFLA_IFNAME => link with { Name = attribute.Text },
                IFLA_ADDRESS => link with { Mac = attribute.LinkLayerAddress },
                IFLA_MTU => link with { Mtu = attribute.Int32 },
                IFLA_LINK => link with { PeerIndex = attribute.Int32 },
                IFLA_LINK_NETNSID => link with { PeerNamespaceId = attribute.Int32 },
                IFLA_IFALIAS => link with { Alias = attribute.Text },
                IFLA_PROP_LIST => link with { OtherNames = OtherNames(attribute.Nested) },
                IFLA_LINKINFO => link with { Kind = Kind(attribute.Nested) },
                _ => link,
            };
        }

        return link;
    }

    private static List<string> OtherNames(NetlinkAttributes properties)
    {
        List<string> names = [];
        foreach (var property in properties)
        {
            if (property.Type == IFLA_ALT_IFNAME)
                names.Add(property.Text);
        }

        return names;
    }

    private static string Kind(NetlinkAttributes attributes)
    {
        foreach (var attribute in attributes)
        {
            if (attribute.Type == IFLA_INFO_KIND)
                return attribute.Text;
        }

        return "";
    }

    private LinkInfo? FindLink(NetlinkMessage request, string attempted)
    {
        try
        {
            return ToLink(socket.Ask(request.Add(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS), attempted));
        }
        catch (KernelException absent) when (absent.Errno == Errno.ENODEV)
        {
            return null;
        }
    }

    private void Change(int index, string attempted, uint? flags, Action<NetlinkMessage>? describe = null)
    {
        var header = new IfInfoMsg { ifi_index = index, ifi_flags = flags ?? 0, ifi_change = flags is null ? 0 : IFF_UP };
        var message = NetlinkMessage.Create(RTM_NEWLINK, NLM_F_ACK, header);
        describe?.Invoke(message);
        socket.Execute(message, $"{attempted} in {place}");
    }
}
