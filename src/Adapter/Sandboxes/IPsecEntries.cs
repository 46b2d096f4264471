using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes;

/// <summary>What makes a namespace encrypt: without it the same packets would leave in clear.</summary>
internal static class IPsecEntries
{
    /// <returns>Each for the middle of a sentence.</returns>
    public static IReadOnlyList<string> In(NetworkNamespace network)
    {
        try
        {
            using var socket = network.Run(() => NetlinkSocket.Open(Xfrm.NETLINK_XFRM));
            return
            [
                .. Any(socket, Xfrm.XFRM_MSG_GETPOLICY, "IPsec policies", network),
                .. Any(socket, Xfrm.XFRM_MSG_GETSA, "IPsec states", network),
            ];
        }
        catch (KernelException)
        {
            return []; // The kernel has no IPsec.
        }
    }

    private static IEnumerable<string> Any(NetlinkSocket socket, ushort type, string name, NetworkNamespace network) =>
        socket.Dump(NetlinkMessage.CreateEmpty(type, Rtnetlink.NLM_F_DUMP), $"list the {name} of {network}").Count > 0 ? [name] : [];
}
