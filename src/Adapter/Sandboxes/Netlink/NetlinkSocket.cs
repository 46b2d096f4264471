using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bridge.Adapter.Faults;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>
/// Questions to the kernel and its answers, one at a time. The socket belongs to the network namespace in which it was opened, and may
/// be used from any thread, but not from two at once.
/// </summary>
internal sealed class NetlinkSocket : IDisposable
{
    // The kernel fills at most 32 KiB of a dump into a datagram; a single link with many virtual functions can be longer than a page.
    private const int BufferSize = 64 * 1024;
    private const int DumpAttempts = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SafeFileHandle _handle;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private uint _sequence;

    private NetlinkSocket(SafeFileHandle handle) => _handle = handle;

    /// <summary>Opens a socket in the network namespace in which the calling thread stands.</summary>
    public static NetlinkSocket Open() => Open(Rtnetlink.NETLINK_ROUTE);

    /// <inheritdoc cref="Open()"/>
    /// <param name="protocol">Whom it talks to, as in socket(2).</param>
    public static NetlinkSocket Open(int protocol)
    {
        var handle = SocketCalls.OpenNetlink(protocol);
        try
        {
            SocketCalls.ConnectToKernel(handle);
            SocketCalls.SetReceiveTimeout(handle, Patience);
            SocketCalls.SetOption(handle, Rtnetlink.SOL_NETLINK, Rtnetlink.NETLINK_EXT_ACK, 1);
            SocketCalls.SetOption(handle, Rtnetlink.SOL_NETLINK, Rtnetlink.NETLINK_CAP_ACK, 1);
            SocketCalls.SetOption(handle, Rtnetlink.SOL_NETLINK, Rtnetlink.NETLINK_GET_STRICT_CHK, 1);
            return new NetlinkSocket(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>Asks for something to be done; returns when it is done.</summary>
    /// <param name="request">Its flags need not ask for the acknowledgement.</param>
    /// <param name="attempted">Ends the sentence "could not …".</param>
    /// <exception cref="KernelException">The kernel refused.</exception>
    public void Execute(NetlinkMessage request, string attempted)
    {
        FaultPoint.Pass(FaultKind.Netlink, attempted);
        Exchange(request, attempted, null);
    }

    /// <summary>Asks for one object.</summary>
    /// <exception cref="KernelException">The kernel refused, <see cref="Errno.ENODEV"/> when there is no such link.</exception>
    public NetlinkAnswer Ask(NetlinkMessage request, string attempted)
    {
        NetlinkAnswer? found = null;
        Exchange(request, attempted, answer => found = answer);
        return found ?? throw new KernelException(attempted, Errno.ENOENT, "it acknowledged the question without answering it");
    }

    /// <summary>Asks for all objects of a kind. When they changed while they were read, reads them again.</summary>
    public IReadOnlyList<NetlinkAnswer> Dump(NetlinkMessage request, string attempted)
    {
        for (var attempt = 1; ; attempt++)
        {
            var found = new List<NetlinkAnswer>();
            if (Exchange(request, attempted, found.Add))
                return found;

            if (attempt == DumpAttempts)
                throw new KernelException(attempted, Errno.EAGAIN, $"it changed during each of {attempt} readings");
        }
    }

    // False when the answers do not belong to one moment.
    private bool Exchange(NetlinkMessage request, string attempted, Action<NetlinkAnswer>? take)
    {
        var sequence = ++_sequence;
        SocketCalls.Send(_handle, request.Finish(sequence), attempted);
        var consistent = true;
        while (true)
        {
            var length = SocketCalls.Receive(_handle, _buffer, attempted);
            if (length > _buffer.Length)
                throw new KernelException(attempted, Errno.ENOBUFS, $"its answer has {length} bytes");

            // Copied, because the answers outlive the next datagram.
            foreach (var (header, answer) in NetlinkAnswer.Split(_buffer.AsSpan(0, length).ToArray()))
            {
                if (header.nlmsg_seq != sequence)
                    continue; // The rest of a question that was given up.

                consistent &= (header.nlmsg_flags & Rtnetlink.NLM_F_DUMP_INTR) == 0;
                if (header.nlmsg_type is Rtnetlink.NLMSG_ERROR or Rtnetlink.NLMSG_DONE)
                {
                    RequireSuccess(header, answer, attempted);
                    return consistent;
                }

                take?.Invoke(answer);
            }
        }
    }

    private static void RequireSuccess(NlMsgHdr header, NetlinkAnswer answer, string attempted)
    {
        if (answer.Payload.Length < sizeof(int) || answer.Header<int>() >= 0)
            return;

        string? kernelSays = null;
        if ((header.nlmsg_flags & Rtnetlink.NLM_F_ACK_TLVS) != 0)
        {
            foreach (var attribute in Explanation(header, answer.Payload.Span))
            {
                if (attribute.Type == Rtnetlink.NLMSGERR_ATTR_MSG)
                    kernelSays = attribute.Text;
            }
        }

        throw new KernelException(attempted, (Errno)(-answer.Header<int>()), kernelSays);
    }

    // NLMSG_ERROR repeats the request, or with NLM_F_CAPPED its header alone, before the attributes; NLMSG_DONE repeats nothing.
    private static NetlinkAttributes Explanation(NlMsgHdr header, ReadOnlySpan<byte> payload)
    {
        var rest = payload[sizeof(int)..];
        if (header.nlmsg_type == Rtnetlink.NLMSG_ERROR)
        {
            var request = MemoryMarshal.Read<NlMsgHdr>(rest);
            var isCapped = (header.nlmsg_flags & Rtnetlink.NLM_F_CAPPED) != 0;
            var repeated = isCapped ? Unsafe.SizeOf<NlMsgHdr>() : (int)((request.nlmsg_len + 3) & ~3u);
            rest = rest[Math.Min(rest.Length, repeated)..];
        }

        return new NetlinkAttributes(rest);
    }
}
