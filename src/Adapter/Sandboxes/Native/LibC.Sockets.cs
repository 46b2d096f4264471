using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>socket(2), bind(2), connect(2), send(2), recv(2), setsockopt(2) for netlink(7).</summary>
internal static partial class LibC
{
    internal const byte AF_INET = 2;
    internal const byte AF_INET6 = 10;
    internal const int AF_NETLINK = 16;
    internal const int SOCK_RAW = 3;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1;
    internal const int SO_RCVBUFFORCE = 33;
    internal const int SO_RCVTIMEO = 20;
    internal const int MSG_TRUNC = 0x20;

    /// <summary>A socket of the network namespace in which the calling thread stands now, wherever it is used later.</summary>
    public static SafeFileHandle OpenNetlink(int family)
    {
        // The runtime wraps any descriptor; what it needs of a file handle is only the closing.
        var handle = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family);
        return handle.IsInvalid ? throw Failure("open a netlink socket") : handle;
    }

    /// <summary>From now on the socket talks with the kernel alone; messages of other processes do not reach it.</summary>
    public static void ConnectToKernel(SafeFileHandle handle)
    {
        var kernel = new SockAddrNl { nl_family = AF_NETLINK };
        Require(connect(handle, in kernel, (uint)Unsafe.SizeOf<SockAddrNl>()), "connect a netlink socket to the kernel");
    }

    /// <summary>From now on the socket also hears what the kernel tells the groups (a bit mask).</summary>
    public static void Listen(SafeFileHandle handle, uint groups)
    {
        var self = new SockAddrNl { nl_family = AF_NETLINK, nl_groups = groups };
        Require(bind(handle, in self, (uint)Unsafe.SizeOf<SockAddrNl>()), "listen to the kernel's netlink groups");
    }

    public static void SetOption(SafeFileHandle handle, int level, int option, int value) =>
        Require(setsockopt(handle, level, option, in value, sizeof(int)), $"set option {option} of a netlink socket");

    public static void SetReceiveTimeout(SafeFileHandle handle, TimeSpan timeout)
    {
        var value = new TimeVal { tv_sec = (long)timeout.TotalSeconds, tv_usec = timeout.Microseconds + (timeout.Milliseconds * 1000L) };
        var result = setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, in value, (uint)Unsafe.SizeOf<TimeVal>());
        Require(result, "set the timeout of a netlink socket");
    }

    public static void Send(SafeFileHandle handle, ReadOnlySpan<byte> message, string attempted)
    {
        while (send(handle, message, (nuint)message.Length, 0) < 0)
        {
            if (LastError != Errno.EINTR)
                throw Failure(attempted);
        }
    }

    /// <summary>The datagram's true length, which may be more than the buffer holds.</summary>
    public static int Receive(SafeFileHandle handle, Span<byte> buffer, string attempted)
    {
        while (true)
        {
            var length = recv(handle, buffer, (nuint)buffer.Length, MSG_TRUNC);
            if (length >= 0)
                return (int)length;

            if (LastError != Errno.EINTR)
                throw Failure(attempted);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial SafeFileHandle socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(SafeFileHandle sockfd, in SockAddrNl addr, uint addrlen);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(SafeFileHandle sockfd, in SockAddrNl addr, uint addrlen);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(SafeFileHandle sockfd, int level, int optname, in int optval, uint optlen);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(SafeFileHandle sockfd, int level, int optname, in TimeVal optval, uint optlen);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(SafeFileHandle sockfd, ReadOnlySpan<byte> buf, nuint len, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(SafeFileHandle sockfd, Span<byte> buf, nuint len, int flags);
}
