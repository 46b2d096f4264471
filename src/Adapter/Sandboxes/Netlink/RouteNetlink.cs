using System.Globalization;
using System.Net;
using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>
/// The words of rtnetlink(7) that the bridge needs, in one network namespace: the one in which the socket was opened, wherever the caller
/// stands. Not for two threads at once.
/// </summary>
internal sealed partial class RouteNetlink(NetlinkSocket socket, string place) : IDisposable
{
    public void Dispose() => socket.Dispose();

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
