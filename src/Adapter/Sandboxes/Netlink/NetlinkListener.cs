using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>Reports the links that leave a network namespace.</summary>
internal sealed class NetlinkListener : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private volatile bool _stopped;

    private NetlinkListener(SafeFileHandle handle) => _handle = handle;

    /// <summary>Listens in the network namespace of the calling thread.</summary>
    /// <param name="receiveBuffer">Bytes of unread messages; each is one or two thousand long.</param>
    public static NetlinkListener OpenForLinks(int receiveBuffer)
    {
        var handle = SocketCalls.OpenNetlink(Rtnetlink.NETLINK_ROUTE);
        try
        {
            SocketCalls.SetOption(handle, SocketCalls.SOL_SOCKET, SocketCalls.SO_RCVBUFFORCE, receiveBuffer);
            SocketCalls.Listen(handle, Rtnetlink.RTMGRP_LINK);
            return new NetlinkListener(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Waits until links have left.</summary>
    /// <returns>Their names; an empty list when messages were lost (ENOBUFS, netlink(7)); null when stopped.</returns>
    public IReadOnlyCollection<string>? Receive()
    {
        while (!_stopped)
        {
            try
            {
                var length = SocketCalls.Receive(_handle, _buffer, "listen for links that leave the host");
                var departures = NetlinkAnswer.Split(_buffer.AsMemory(0, Math.Min(length, _buffer.Length)))
                    .Where(message => message.Header.nlmsg_type == Rtnetlink.RTM_DELLINK)
                    .Select(message => RouteNetlink.ToLink(message.Answer).Name)
                    .ToList();
                if (departures.Count > 0)
                    return departures;
            }
            catch (KernelException lost) when (lost.Errno == Errno.ENOBUFS)
            {
                return [];
            }
        }

        return null;
    }

    /// <summary>Wakes the thread in <see cref="Receive"/>: the kernel acknowledges the message.</summary>
    public void Stop()
    {
        _stopped = true;
        var wakeUp = NetlinkMessage.CreateEmpty(Rtnetlink.NLMSG_NOOP, Rtnetlink.NLM_F_ACK);
        SocketCalls.Send(_handle, wakeUp.Finish(1), "stop listening for links that leave the host");
    }

    public void Dispose() => _handle.Dispose();
}
