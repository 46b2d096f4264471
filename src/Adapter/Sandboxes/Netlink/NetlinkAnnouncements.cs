using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>
/// What the kernel announces to a multicast group of a network namespace. One thread waits for it; any thread may stop it.
/// </summary>
internal sealed class NetlinkAnnouncements : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly string _what;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private volatile bool _stopped;

    private NetlinkAnnouncements(SafeFileHandle handle, string what) => (_handle, _what) = (handle, what);

    /// <summary>Listens in the network namespace of the calling thread.</summary>
    /// <param name="protocol">NETLINK_…</param>
    /// <param name="groups">The bits of the groups.</param>
    /// <param name="what">Completes the sentence "could not listen for …".</param>
    /// <param name="receiveBuffer">Bytes of unread messages; each is one or two thousand long. Null: the system's own.</param>
    /// <exception cref="KernelException">The kernel does not have the protocol.</exception>
    public static NetlinkAnnouncements Open(int protocol, uint groups, string what, int? receiveBuffer = null)
    {
        var handle = SocketCalls.OpenNetlink(protocol);
        try
        {
            if (receiveBuffer is { } bytes)
                SocketCalls.SetOption(handle, SocketCalls.SOL_SOCKET, SocketCalls.SO_RCVBUFFORCE, bytes);

            SocketCalls.Listen(handle, groups);
            return new NetlinkAnnouncements(handle, what);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Waits for messages that count.</summary>
    /// <returns>
    /// They are valid until the next call. Empty when messages were lost (ENOBUFS, netlink(7)); null when stopped.
    /// </returns>
    public IReadOnlyList<(NlMsgHdr Header, NetlinkAnswer Answer)>? Receive(Func<(NlMsgHdr Header, NetlinkAnswer Answer), bool> counts)
    {
        while (!_stopped)
        {
            try
            {
                var length = SocketCalls.Receive(_handle, _buffer, $"listen for {_what}");
                var messages = NetlinkAnswer.Split(_buffer.AsMemory(0, Math.Min(length, _buffer.Length))).Where(counts).ToList();
                if (messages.Count > 0)
                    return messages;
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
        SocketCalls.Send(_handle, wakeUp.Finish(1), $"stop listening for {_what}");
    }

    public void Dispose() => _handle.Dispose();
}
