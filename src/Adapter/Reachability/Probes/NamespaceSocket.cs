using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Reachability.Probes;

/// <summary>
/// Sockets of another network namespace. A socket stays in the namespace in which it was made (network_namespaces(7)), so it can be used
/// from any thread.
/// </summary>
internal static class NamespaceSocket
{
    public static Socket Stream(NetworkNamespace network, AddressFamily family) =>
        network.Run(() => new Socket(family, SocketType.Stream, ProtocolType.Tcp));

    /// <summary>For datagrams that nobody may split: neither this host nor a router (IP_MTU_DISCOVER, ip(7), ipv6(7)).</summary>
    public static Socket UnsplitDatagrams(NetworkNamespace network, AddressFamily family)
    {
        var socket = Datagrams(network, family);
        var (level, option) = family == AddressFamily.InterNetworkV6
            ? (SocketCalls.IPPROTO_IPV6, SocketCalls.IPV6_MTU_DISCOVER)
            : (SocketCalls.IPPROTO_IP, SocketCalls.IP_MTU_DISCOVER);
        // PROBE, not DO: what the kernel remembers of a path from an earlier test does not count.
        socket.SetRawSocketOption(level, option, BitConverter.GetBytes(SocketCalls.IP_PMTUDISC_PROBE));
        return socket;
    }

    public static Socket Datagrams(NetworkNamespace network, AddressFamily family) =>
        network.Run(() => new Socket(family, SocketType.Dgram, ProtocolType.Udp));

    /// <summary>For ICMP messages, as icmp(7) and icmpv6 define them.</summary>
    public static Socket ControlMessages(NetworkNamespace network, AddressFamily family) => network.Run(() => new Socket(
        family, SocketType.Raw, family == AddressFamily.InterNetworkV6 ? ProtocolType.IcmpV6 : ProtocolType.Icmp));

    public static IPAddress Any(AddressFamily family) =>
        family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
}
