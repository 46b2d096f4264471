using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>
/// Reports that rules, chains or tables of nftables were removed, by whatever tool: nft, and iptables upon nftables. The kernel announces
/// nothing of legacy iptables.
/// </summary>
internal sealed class FirewallListener : IDisposable
{
    private const int ReceiveBuffer = 1024 * 1024;
    private const string Attempted = "listen for removed firewall rules";

    private static readonly ushort[] Removals =
    [
        Type(Nfnetlink.NFT_MSG_DELRULE), Type(Nfnetlink.NFT_MSG_DELCHAIN), Type(Nfnetlink.NFT_MSG_DELTABLE),
    ];

    private readonly SafeFileHandle _handle;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private volatile bool _stopped;

    private FirewallListener(SafeFileHandle handle) => _handle = handle;

    /// <summary>Listens in the network namespace of the calling thread.</summary>
    /// <exception cref="KernelException">The kernel has no nftables.</exception>
    public static FirewallListener Open()
    {
        var handle = SocketCalls.OpenNetlink(Nfnetlink.NETLINK_NETFILTER);
        try
        {
            SocketCalls.SetOption(handle, SocketCalls.SOL_SOCKET, SocketCalls.SO_RCVBUFFORCE, ReceiveBuffer);
            SocketCalls.Listen(handle, 1u << (Nfnetlink.NFNLGRP_NFTABLES - 1));
            return new FirewallListener(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Waits until something was removed, or messages were lost (ENOBUFS, netlink(7)).</summary>
    /// <returns>False when stopped.</returns>
    public bool Receive()
    {
        while (!_stopped)
        {
            try
            {
                var length = SocketCalls.Receive(_handle, _buffer, Attempted);
                if (NetlinkAnswer.Split(_buffer.AsMemory(0, Math.Min(length, _buffer.Length)))
                    .Any(message => Removals.Contains(message.Header.nlmsg_type)))
                    return true;
            }
            catch (KernelException lost) when (lost.Errno == Errno.ENOBUFS)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Wakes the thread in <see cref="Receive"/>: the kernel acknowledges the message.</summary>
    public void Stop()
    {
        _stopped = true;
        var wakeUp = NetlinkMessage.CreateEmpty(Rtnetlink.NLMSG_NOOP, Rtnetlink.NLM_F_ACK);
        SocketCalls.Send(_handle, wakeUp.Finish(1), "stop listening for removed firewall rules");
    }

    public void Dispose() => _handle.Dispose();

    private static ushort Type(int message) => (ushort)((Nfnetlink.NFNL_SUBSYS_NFTABLES << 8) | message);
}
