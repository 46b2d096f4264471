using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using static Bridge.Adapter.Sandboxes.Native.Rtnetlink;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>
/// Links, addresses, routes, rules and neighbours of one network namespace, over rtnetlink(7): the namespace in which the socket was
/// opened, whatever namespace the caller is in. Not for two threads at once.
/// </summary>
/// <param name="place">The namespace, for error texts.</param>
internal sealed partial class RouteNetlink(NetlinkSocket socket, string place) : IDisposable
{
    private const string VethKind = "veth";

    public void Dispose() => socket.Dispose();

    /// <summary>Null when no link has the name.</summary>
    public LinkInfo? FindLink(string name) =>
        FindLink(NetlinkMessage.Create(RTM_GETLINK, NLM_F_ACK, new IfInfoMsg()).Add(IFLA_IFNAME, name), $"look for link {name} in {place}");

    /// <summary>Null when no link has the index.</summary>
    public LinkInfo? FindLink(int index) =>
        FindLink(NetlinkMessage.Create(RTM_GETLINK, NLM_F_ACK, new IfInfoMsg { ifi_index = index }), $"look for link {index} in {place}");

    public IReadOnlyList<LinkInfo> Links()
    {
        var request = NetlinkMessage.Create(RTM_GETLINK, NLM_F_DUMP, new IfInfoMsg()).Add(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        return [.. socket.Dump(request, $"list the links of {place}").Select(ToLink)];
    }

    /// <param name="index">The link.</param>
    /// <param name="alias">Its alias, in the same change; null to leave that.</param>
    public void SetUp(int index, string? alias = null) => Change(index, $"bring link {index} up", flags: IFF_UP, message =>
    {
        if (alias is not null)
            message.Add(IFLA_IFALIAS, alias);
    });

    public void SetDown(int index) => Change(index, $"take link {index} down", flags: 0);

    public void SetAlias(int index, string alias) =>
        Change(index, $"give link {index} an alias", null, message => message.Add(IFLA_IFALIAS, alias));

    /// <summary>The link must be down; kernels before 6.3 refuse otherwise (net/core/dev.c dev_change_name).</summary>
    public void Rename(int index, string name) =>
        Change(index, $"give link {index} the name {name}", null, message => message.Add(IFLA_IFNAME, name));

    public void SetMac(int index, PhysicalAddress mac) =>
        Change(index, $"give link {index} the MAC {mac}", null, message => message.Add(IFLA_ADDRESS, mac.GetAddressBytes()));

    public void SetMtu(int index, int mtu) =>
        Change(index, $"give link {index} the MTU {mtu}", null, message => message.Add(IFLA_MTU, mtu));

    /// <summary>Moves a link to another namespace, where it arrives down and without addresses, routes and neighbours.</summary>
    /// <param name="target">A descriptor of the namespace.</param>
    /// <param name="description">The namespace, for error texts.</param>
    /// <param name="name">The link's name afterwards. The target may show the old one for an instant.</param>
    public void Move(int index, int target, string description, string name)
    {
        NamespaceWork.Moves.Add(1);
        Change(index, $"move link {index} to {description} as {name}", null,
            message => message.Add(IFLA_NET_NS_FD, target).Add(IFLA_IFNAME, name));
    }

    /// <summary>Adds a veth pair (veth(4)). The kernel chooses the name of the peer, which is up.</summary>
    public void AddVethPair(string name)
    {
        var message = NetlinkMessage.Create(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, new IfInfoMsg()).Add(IFLA_IFNAME, name);
        using (message.Nest(IFLA_LINKINFO))
            message.Add(IFLA_INFO_KIND, VethKind);

        socket.Execute(message, $"make the veth pair {name} in {place}");
        SetUp(FindLink(name)!.PeerIndex!.Value);
    }

    /// <summary>Removes a link, and the peer of a veth with it.</summary>
    public void RemoveLink(int index) => socket.Execute(
        NetlinkMessage.Create(RTM_DELLINK, NLM_F_ACK, new IfInfoMsg { ifi_index = index }), $"remove link {index} in {place}");

    /// <summary>This namespace's number for another one (RTM_GETNSID); null when no link here has its peer there.</summary>
    /// <param name="other">A descriptor of the other namespace.</param>
    /// <param name="description">The other namespace, for error texts.</param>
    public int? IdOf(int other, string description)
    {
        var request = NetlinkMessage.Create(RTM_GETNSID, NLM_F_ACK, new RtGenMsg()).Add(NETNSA_FD, other);
        var answer = socket.Ask(request, $"ask for the number of {description} in {place}");
        return answer.Attributes<RtGenMsg>().TryFind(NETNSA_NSID, out var id) && id.Int32 >= 0 ? id.Int32 : null;
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
                IFLA_MASTER => link with { Master = attribute.Int32 },
                IFLA_PROP_LIST => link with { OtherNames = OtherNames(attribute.Nested) },
                IFLA_LINKINFO => link with { Kind = attribute.Nested.TryFind(IFLA_INFO_KIND, out var kind) ? kind.Text : "" },
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

    // Success also when the kernel answers that the wanted state exists.
    private void Execute(NetlinkMessage message, string attempted, Errno satisfied)
    {
        try
        {
            socket.Execute(message, attempted);
        }
        catch (KernelException unchanged) when (unchanged.Errno == satisfied)
        {
            // Nothing to do.
        }
    }

    private static byte ToKernel(bool isIPv6) => isIPv6 ? SocketCalls.AF_INET6 : SocketCalls.AF_INET;

    private static byte[] Bytes(string address) => IPAddress.Parse(address).GetAddressBytes();

    private static (byte[] Bytes, byte Length) Prefix(string cidr)
    {
        var slash = cidr.IndexOf('/');
        return (Bytes(cidr[..slash]), byte.Parse(cidr.AsSpan(slash + 1), CultureInfo.InvariantCulture));
    }

    private static KernelAttribute Verbatim(NetlinkAttribute attribute) => new(attribute.Type, Convert.ToHexStringLower(attribute.Value));

    private static void Add(NetlinkMessage message, IEnumerable<KernelAttribute> attributes)
    {
        foreach (var attribute in attributes)
            message.Add((ushort)attribute.Number, Convert.FromHexString(attribute.Value));
    }
}
