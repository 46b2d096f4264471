using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>socket(2) and bind(2) for packet(7).</summary>
internal static partial class LibC
{
    internal const int AF_PACKET = 17;

    /// <summary>
    /// A socket that sends whole frames over one link of the network namespace in which the calling thread stands, and hears none.
    /// </summary>
    public static SafeFileHandle OpenPacket(int linkIndex)
    {
        var handle = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
        if (handle.IsInvalid)
            throw Failure("open a packet socket");

        try
        {
            var link = new SockAddrLl { sll_family = AF_PACKET, sll_ifindex = linkIndex };
            Require(bind(handle, in link, (uint)Unsafe.SizeOf<SockAddrLl>()), $"bind a packet socket to link {linkIndex}");
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(SafeFileHandle sockfd, in SockAddrLl addr, uint addrlen);
}
