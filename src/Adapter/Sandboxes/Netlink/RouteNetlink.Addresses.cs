using System.Net;
using System.Runtime.InteropServices;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using static Bridge.Adapter.Sandboxes.Native.Rtnetlink;

namespace Bridge.Adapter.Sandboxes.Netlink;

internal sealed partial class RouteNetlink
{
    private const AddressFlags ChosenFlags = AddressFlags.NoDad | AddressFlags.HomeAddress | AddressFlags.ManageTemporary
        | AddressFlags.NoPrefixRoute | AddressFlags.MulticastAutoJoin | AddressFlags.Deprecated;

    /// <summary>The addresses of the link without those that the kernel or a router made.</summary>
    public IReadOnlyList<LinkAddress> Addresses(LinkInfo link)
    {
        var request = NetlinkMessage.Create(RTM_GETADDR, NLM_F_DUMP, new IfAddrMsg { ifa_index = (uint)link.Index });
        return
        [
            .. socket.Dump(request, $"list the addresses of {link.Name} in {place}")
                .Where(answer => answer.Header<IfAddrMsg>().ifa_index == link.Index)
                .Select(answer => ToAddress(answer, link))
                .OfType<LinkAddress>(),
        ];
    }

    /// <summary>Adds an address, an IPv6 one without duplicate address detection. Does nothing if it exists.</summary>
    public void AddAddress(LinkInfo link, LinkAddress address)
    {
        var flags = (uint)address.Flags | (address.IsIPv6 ? IFA_F_NODAD : 0);
        var header = new IfAddrMsg
        {
            ifa_family = ToKernel(address.IsIPv6),
            ifa_prefixlen = (byte)address.PrefixLength,
            ifa_scope = (byte)address.Scope,
            ifa_flags = (byte)flags,
            ifa_index = (uint)link.Index,
        };
        var message = NetlinkMessage.Create(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, header)
            .Add(IFA_LOCAL, Bytes(address.Address))
            .Add(IFA_ADDRESS, Bytes(address.Peer ?? address.Address))
            .Add(IFA_FLAGS, flags);
        if (address.Broadcast is { } broadcast)
            message.Add(IFA_BROADCAST, Bytes(broadcast));

        if (address.Metric > 0)
            message.Add(IFA_RT_PRIORITY, address.Metric);

        if (address.Flags.HasFlag(AddressFlags.Deprecated))
        {
            // struct ifa_cacheinfo: preferred lifetime 0, valid lifetime unlimited.
            message.Add(IFA_CACHEINFO, MemoryMarshal.AsBytes<uint>([0, uint.MaxValue, 0, 0]));
        }

        if (address.Label is { } label)
            message.Add(IFA_LABEL, label);

        Execute(message, $"add address {address.Address}/{address.PrefixLength} to {link.Name} in {place}", Errno.EEXIST);
    }

    public void RemoveAddress(LinkInfo link, LinkAddress address)
    {
        var header = new IfAddrMsg
        {
            ifa_family = ToKernel(address.IsIPv6),
            ifa_prefixlen = (byte)address.PrefixLength,
            ifa_index = (uint)link.Index,
        };
        socket.Execute(
            NetlinkMessage.Create(RTM_DELADDR, NLM_F_ACK, header).Add(IFA_LOCAL, Bytes(address.Address)),
            $"remove address {address.Address}/{address.PrefixLength} from {link.Name} in {place}");
    }

    private static LinkAddress? ToAddress(NetlinkAnswer answer, LinkInfo link)
    {
        ref readonly var header = ref answer.Header<IfAddrMsg>();
        string? local = null, remote = null;
        uint flags = header.ifa_flags;
        var address = new LinkAddress("", header.ifa_prefixlen) { Scope = (RouteScope)header.ifa_scope };
        foreach (var attribute in answer.Attributes<IfAddrMsg>())
        {
            switch (attribute.Type)
            {
                case IFA_LOCAL:
                    local = attribute.Address;
                    break;
                case IFA_ADDRESS:
                    remote = attribute.Address;
                    break;
                case IFA_FLAGS:
                    flags = attribute.UInt32;
                    break;
                case IFA_BROADCAST:
                    address = address with { Broadcast = attribute.Address };
                    break;
                case IFA_RT_PRIORITY:
                    address = address with { Metric = attribute.UInt32 };
                    break;
                case IFA_LABEL when attribute.Text != link.Name:
                    address = address with { Label = attribute.Text };
                    break;
            }
        }

        local ??= remote;
        address = address with { Address = local!, Peer = remote == local ? null : remote, Flags = (AddressFlags)flags & ChosenFlags };
        return address.IsIPv6 && IsAutomatic(address.Address, flags, link.Mac) ? null : address;
    }

    // Addresses from router advertisements are not permanent. Link-local ones are random (IFA_F_STABLE_PRIVACY) or derive from the MAC (RFC
    // 4291).
    private static bool IsAutomatic(string address, uint flags, string mac) =>
        (flags & (IFA_F_PERMANENT | IFA_F_STABLE_PRIVACY)) != IFA_F_PERMANENT || IsLinkLocalOf(address, mac);

    // Tunnels have link-layer addresses of 4 and 16 bytes, which are no MACs.
    private static bool IsLinkLocalOf(string address, string mac) => address.StartsWith("fe80:", StringComparison.Ordinal)
        && mac.Length == MacAddress.TextLength
        && MacAddress.Parse(mac)?.GetAddressBytes() is [var first, var second, var third, .. { Length: 3 } last]
        && IPAddress.Parse(address).GetAddressBytes().SequenceEqual(
            (byte[])[0xfe, 0x80, 0, 0, 0, 0, 0, 0, (byte)(first ^ 2), second, third, 0xff, 0xfe, .. last]);
}
