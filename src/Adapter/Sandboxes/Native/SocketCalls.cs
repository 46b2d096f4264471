using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>socket(2), bind(2), connect(2), send(2), recv(2), setsockopt(2), for netlink(7) and packet(7).</summary>
internal static partial class SocketCalls
{
    internal const byte AF_INET = 2;
    internal const byte AF_BRIDGE = 7;
    internal const byte AF_INET6 = 10;
    internal const int AF_NETLINK = 16;
    internal const int AF_PACKET = 17;
    internal const int SOCK_DGRAM = 2;
    internal const int SOCK_RAW = 3;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1;
    internal const int SO_RCVBUFFORCE = 33;
    internal const int SO_RCVTIMEO = 20;
    internal const int MSG_TRUNC = 0x20;
    internal const int IPPROTO_IP = 0;
    internal const int IPPROTO_IPV6 = 41;
    internal const int IP_MTU_DISCOVER = 10;
    internal const int IP_PMTUDISC_PROBE = 3;
    internal const int IPV6_MTU_DISCOVER = 23;

    /// <summary>A socket of the network namespace of the calling thread, wherever it is used later.</summary>
    /// <param name="domain">AF_…</param>
    /// <param name="type">SOCK_…</param>
    /// <param name="protocol">Of the domain; 0 for its only one.</param>
    /// <param name="what">Completes the sentence "could not open …".</param>
    public static SafeFileHandle Open(int domain, int type, int protocol, string what)
    {
        var handle = socket(domain, type | SOCK_CLOEXEC, protocol);
        return handle.IsInvalid ? throw LibC.Failure($"open {what}") : handle;
    }

    /// <inheritdoc cref="Open"/>
    public static SafeFileHandle OpenNetlink(int family) => Open(AF_NETLINK, SOCK_RAW, family, "a netlink socket");

    /// <summary>A socket that sends whole frames over one link of the network namespace of the calling thread, and receives none.</summary>
    public static SafeFileHandle OpenPacket(int linkIndex)
    {
        var handle = Open(AF_PACKET, SOCK_RAW, 0, "a packet socket");
        try
        {
            var link = new SockAddrLl { sll_family = AF_PACKET, sll_ifindex = linkIndex };
            LibC.Require(bind(handle, in link, (uint)Unsafe.SizeOf<SockAddrLl>()), $"bind a packet socket to link {linkIndex}");
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Limits the socket to messages of the kernel; those of other processes do not reach it.</summary>
    public static void ConnectToKernel(SafeFileHandle handle)
    {
        var kernel = new SockAddrNl { nl_family = AF_NETLINK };
        LibC.Require(connect(handle, in kernel, (uint)Unsafe.SizeOf<SockAddrNl>()), "connect a netlink socket to the kernel");
    }

    /// <summary>Subscribes the socket to multicast groups of the kernel (a bit mask).</summary>
    public static void Listen(SafeFileHandle handle, uint groups)
    {
        var self = new SockAddrNl { nl_family = AF_NETLINK, nl_groups = groups };
        LibC.Require(bind(handle, in self, (uint)Unsafe.SizeOf<SockAddrNl>()), "listen to the kernel's netlink groups");
    }

    public static void SetOption(SafeFileHandle handle, int level, int option, int value) =>
        LibC.Require(setsockopt(handle, level, option, in value, sizeof(int)), $"set option {option} of a netlink socket");

    public static void SetReceiveTimeout(SafeFileHandle handle, TimeSpan timeout)
    {
        var value = new TimeVal { tv_sec = (long)timeout.TotalSeconds, tv_usec = timeout.Microseconds + (timeout.Milliseconds * 1000L) };
        var result = setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, in value, (uint)Unsafe.SizeOf<TimeVal>());
        LibC.Require(result, "set the timeout of a netlink socket");
    }

    public static void Send(SafeFileHandle handle, ReadOnlySpan<byte> message, string attempted)
    {
        while (send(handle, message, (nuint)message.Length, 0) < 0)
        {
            if (LibC.LastError != Errno.EINTR)
                throw LibC.Failure(attempted);
        }
    }

    /// <summary>The full length of the datagram, which may exceed the buffer (MSG_TRUNC, recv(2)).</summary>
    public static int Receive(SafeFileHandle handle, Span<byte> buffer, string attempted)
    {
        while (true)
        {
            var length = recv(handle, buffer, (nuint)buffer.Length, MSG_TRUNC);
            if (length >= 0)
                return (int)length;

            if (LibC.LastError != Errno.EINTR)
                throw LibC.Failure(attempted);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial SafeFileHandle socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(SafeFileHandle sockfd, in SockAddrNl addr, uint addrlen);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(SafeFileHandle sockfd, in SockAddrNl addr, uint addrlen);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(SafeFileHandle sockfd, in SockAddrLl addr, uint addrlen);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(SafeFileHandle sockfd, int level, int optname, in int optval, uint optlen);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(SafeFileHandle sockfd, int level, int optname, in TimeVal optval, uint optlen);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(SafeFileHandle sockfd, ReadOnlySpan<byte> buf, nuint len, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(SafeFileHandle sockfd, Span<byte> buf, nuint len, int flags);
}

/// <summary>struct sockaddr_nl of linux/netlink.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SockAddrNl
{
    public ushort nl_family;
    public ushort nl_pad;
    public uint nl_pid;
    public uint nl_groups;
}

/// <summary>struct sockaddr_ll of linux/if_packet.h. The address at its end is not needed to bind a socket.</summary>
[StructLayout(LayoutKind.Sequential, Size = 20)]
internal struct SockAddrLl
{
    public ushort sll_family;
    public ushort sll_protocol;
    public int sll_ifindex;
    public ushort sll_hatype;
    public byte sll_pkttype;
    public byte sll_halen;
}

/// <summary>struct timeval of sys/time.h on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeVal
{
    public long tv_sec;
    public long tv_usec;
}
