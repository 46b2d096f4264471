using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>Reports that links came, went, or changed their state.</summary>
internal sealed class LinkListener : IDisposable
{
    private const string Attempted = "listen for changed links";

    private readonly SafeFileHandle _handle;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private volatile bool _stopped;

    private LinkListener(SafeFileHandle handle) => _handle = handle;

    /// <summary>Listens in the network namespace of the calling thread.</summary>
    public static LinkListener Open()
    {
        var handle = SocketCalls.OpenNetlink(Rtnetlink.NETLINK_ROUTE);
        try
        {
            SocketCalls.Listen(handle, Rtnetlink.RTMGRP_LINK);
            return new LinkListener(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Waits for a change, or for lost messages (ENOBUFS, netlink(7)).</summary>
    /// <returns>False when stopped.</returns>
    public bool Receive()
    {
        while (!_stopped)
        {
            try
            {
                var length = SocketCalls.Receive(_handle, _buffer, Attempted);
                if (NetlinkAnswer.Split(_buffer.AsMemory(0, Math.Min(length, _buffer.Length))).Any(IsChange))
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
        SocketCalls.Send(_handle, wakeUp.Finish(1), "stop listening for changed links");
    }

    public void Dispose() => _handle.Dispose();

    // Without changed flags it is news of counters, of addresses to listen for, and the like.
    private static bool IsChange((NlMsgHdr Header, NetlinkAnswer Answer) message) =>
        message.Header.nlmsg_type == Rtnetlink.RTM_DELLINK
        || (message.Header.nlmsg_type == Rtnetlink.RTM_NEWLINK && message.Answer.Header<IfInfoMsg>().ifi_change != 0);
}
