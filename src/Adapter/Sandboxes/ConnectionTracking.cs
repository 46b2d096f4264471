using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// The connections that the host's firewall tracks (conntrack). One of an earlier container would lead packets to the next container with
/// its address, past the rules for new connections.
/// </summary>
internal sealed class ConnectionTracking(NetworkNamespace host)
{
    private const ushort NlaNested = 0x8000; // NLA_F_NESTED of linux/netlink.h

    /// <summary>Forgets all connections from and to the addresses, translated ones too.</summary>
    /// <exception cref="KernelException">The kernel does not track connections, or does not show them.</exception>
    public void Forget(IReadOnlyCollection<IPAddress> addresses)
    {
        if (addresses.Count == 0)
            return;

        using var socket = host.Run(() => NetlinkSocket.Open(Nfnetlink.NETLINK_NETFILTER));
        foreach (var family in addresses.GroupBy(address => address.AddressFamily == AddressFamily.InterNetworkV6
            ? SocketCalls.AF_INET6 : SocketCalls.AF_INET))
        {
            var bytes = family.Select(address => Convert.ToHexString(address.GetAddressBytes()));
            Forget(socket, family.Key, bytes.ToHashSet(StringComparer.Ordinal));
        }
    }

    private void Forget(NetlinkSocket socket, byte family, IReadOnlySet<string> addresses)
    {
        var request = NetlinkMessage.CreateNetfilter(
            Nfnetlink.NFNL_SUBSYS_CTNETLINK, Nfnetlink.IPCTNL_MSG_CT_GET, Rtnetlink.NLM_F_DUMP, family);
        foreach (var connection in socket.Dump(request, $"list the tracked connections of {host}").Where(found => Has(found, addresses)))
            Remove(socket, family, connection);
    }

    private static bool Has(NetlinkAnswer connection, IReadOnlySet<string> addresses) =>
        HasIn(connection, Nfnetlink.CTA_TUPLE_ORIG, addresses) || HasIn(connection, Nfnetlink.CTA_TUPLE_REPLY, addresses);

    // Source and destination are the only attributes of CTA_TUPLE_IP.
    private static bool HasIn(NetlinkAnswer connection, ushort direction, IReadOnlySet<string> addresses)
    {
        if (!connection.Attributes<NfGenMsg>().TryFind(direction, out var tuple)
            || !tuple.Nested.TryFind(Nfnetlink.CTA_TUPLE_IP, out var ends))
            return false;

        foreach (var end in ends.Nested)
        {
            if (addresses.Contains(Convert.ToHexString(end.Value)))
                return true;
        }

        return false;
    }

    private void Remove(NetlinkSocket socket, byte family, NetlinkAnswer connection)
    {
        var request = NetlinkMessage.CreateNetfilter(
            Nfnetlink.NFNL_SUBSYS_CTNETLINK, Nfnetlink.IPCTNL_MSG_CT_DELETE, Rtnetlink.NLM_F_ACK, family);
        foreach (var attribute in connection.Attributes<NfGenMsg>())
        {
            if (attribute.Type is Nfnetlink.CTA_TUPLE_ORIG)
                request.Add(Nfnetlink.CTA_TUPLE_ORIG | NlaNested, attribute.Value);
            else if (attribute.Type is Nfnetlink.CTA_ZONE or Nfnetlink.CTA_ID)
                request.Add(attribute.Type, attribute.Value);
        }

        try
        {
            socket.Execute(request, $"remove a tracked connection of {host}");
        }
        catch (KernelException gone) when (gone.Errno == Errno.ENOENT)
        {
            // It has ended meanwhile.
        }
    }
}
