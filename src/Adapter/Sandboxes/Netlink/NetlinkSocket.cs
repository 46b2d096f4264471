using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bridge.Adapter.Faults;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>
/// Requests to the kernel, one at a time. The socket belongs to the network namespace in which it was opened. Any thread may use it, but
/// not two at once.
/// </summary>
internal sealed class NetlinkSocket : IDisposable
{
    // A datagram of a dump has at most 32 KiB (net/netlink/af_netlink.c netlink_dump); a link with many virtual functions exceeds a page.
    private const int BufferSize = 64 * 1024;
    private const int DumpAttempts = 16;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    private readonly SafeFileHandle _handle;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private bool _isDisposed;
    private uint _sequence;

    private NetlinkSocket(SafeFileHandle handle) => _handle = handle;

    /// <summary>Opens a socket in the network namespace of the calling thread.</summary>
    public static NetlinkSocket Open() => Open(Rtnetlink.NETLINK_ROUTE);

    /// <inheritdoc cref="Open()"/>
    /// <param name="protocol">NETLINK_…, the protocol of socket(2).</param>
    public static NetlinkSocket Open(int protocol)
    {
        var handle = SocketCalls.OpenNetlink(protocol);
        try
        {
            SocketCalls.ConnectToKernel(handle);
            SocketCalls.SetReceiveTimeout(handle, AnswerLimit);
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

    public void Dispose()
    {
        _handle.Dispose();
        if (!_isDisposed)
            ArrayPool<byte>.Shared.Return(_buffer);

        _isDisposed = true;
    }

    /// <summary>Sends a request that changes something; returns when it has been applied.</summary>
    /// <param name="request">With NLM_F_ACK.</param>
    /// <param name="attempted">Completes the sentence "could not …".</param>
    /// <exception cref="KernelException">The kernel refused.</exception>
    public void Execute(NetlinkMessage request, string attempted)
    {
        FaultPoint.Pass(FaultKind.Netlink, attempted);
        Exchange(request, attempted, null);
    }

    /// <summary>Requests one object.</summary>
    /// <exception cref="KernelException">The kernel refused, <see cref="Errno.ENODEV"/> when there is no such link.</exception>
    public NetlinkAnswer Ask(NetlinkMessage request, string attempted)
    {
        NetlinkAnswer? found = null;
        Exchange(request, attempted, answer => found = answer);
        return found ?? throw new KernelException(attempted, Errno.ENOENT, "it acknowledged the request without an answer");
    }

    /// <summary>Requests all objects of a kind; repeats that when they changed meanwhile (NLM_F_DUMP_INTR).</summary>
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

    /// <summary>
    /// Requests all objects of a kind, of which there may be very many, and looks at one after the other. Objects that change meanwhile may
    /// be missing or come twice.
    /// </summary>
    /// <param name="request">With NLM_F_DUMP.</param>
    /// <param name="attempted">Completes the sentence "could not …".</param>
    /// <param name="take">The answer is valid during the call only.</param>
    public void Look(NetlinkMessage request, string attempted, Action<NetlinkAnswer> take) =>
        Exchange(request, attempted, take, keep: false);

    // False when the dump is inconsistent.
    private bool Exchange(NetlinkMessage request, string attempted, Action<NetlinkAnswer>? take, bool keep = true)
    {
        NamespaceWork.Requests.Add(1);
        var sequence = ++_sequence;
        SocketCalls.Send(_handle, request.Finish(sequence), attempted);
        var consistent = true;
        while (true)
        {
            var length = SocketCalls.Receive(_handle, _buffer, attempted);
            if (length > _buffer.Length)
                throw new KernelException(attempted, Errno.ENOBUFS, $"its answer has {length} bytes");

            // A copy where the answers outlive the buffer's content.
            var datagram = keep ? _buffer.AsSpan(0, length).ToArray() : _buffer.AsMemory(0, length);
            foreach (var (header, answer) in NetlinkAnswer.Split(datagram))
            {
                if (header.nlmsg_seq != sequence)
                    continue; // The rest of an earlier request that failed.

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

        var kernelSays = (header.nlmsg_flags & Rtnetlink.NLM_F_ACK_TLVS) != 0
            && Explanation(header, answer.Payload.Span).TryFind(Rtnetlink.NLMSGERR_ATTR_MSG, out var found)
                ? found.Text
                : null;
        throw new KernelException(attempted, (Errno)(-answer.Header<int>()), kernelSays);
    }

    // NLMSG_ERROR repeats the request before the attributes, with NLM_F_CAPPED only its header; NLMSG_DONE does not (linux/netlink.h,
    // struct nlmsgerr).
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
