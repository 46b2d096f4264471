using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>
/// getsockopt(2) of the tables of legacy iptables and ip6tables: linux/netfilter_ipv4/ip_tables.h and linux/netfilter_ipv6/ip6_tables.h,
/// whose structures and options are alike. A table that does not exist is created by the first question.
/// </summary>
internal static partial class IptablesCalls
{
    private const int SOCK_DGRAM = 2;
    private const int SOL_IP = 0;
    private const int SOL_IPV6 = 41;
    private const int IPT_SO_GET_INFO = 64;
    private const int IPT_SO_GET_ENTRIES = 65;
    private const int XT_TABLE_MAXNAMELEN = 32;
    private const int NF_INET_NUMHOOKS = 5;
    private const int Attempts = 16;

    /// <summary>A socket of the network namespace of the calling thread.</summary>
    /// <param name="family">AF_INET or AF_INET6.</param>
    public static SafeFileHandle Open(byte family)
    {
        var handle = socket(family, SOCK_DGRAM | SocketCalls.SOCK_CLOEXEC, 0);
        return handle.IsInvalid ? throw LibC.Failure("open a socket for the tables of iptables") : handle;
    }

    /// <summary>All rules of a table, as the kernel stores them. Chains are in it by their names.</summary>
    /// <param name="handle">Of <see cref="Open"/>.</param>
    /// <param name="family">The same.</param>
    /// <param name="table">filter, nat or another.</param>
    /// <exception cref="KernelException">The kernel refused, or the table changed during each of several readings.</exception>
    public static byte[] ReadTable(SafeFileHandle handle, byte family, string table)
    {
        var level = family == SocketCalls.AF_INET6 ? SOL_IPV6 : SOL_IP;
        Span<byte> info = stackalloc byte[Unsafe.SizeOf<IptGetInfo>()];
        for (var attempt = 1; ; attempt++)
        {
            info.Clear();
            Encoding.ASCII.GetBytes(table, info);
            Require(handle, level, IPT_SO_GET_INFO, info, table);

            var size = MemoryMarshal.Read<IptGetInfo>(info).size;
            var entries = new byte[Unsafe.SizeOf<IptGetEntries>() + (int)size];
            Encoding.ASCII.GetBytes(table, entries);
            MemoryMarshal.AsRef<IptGetEntries>(entries.AsSpan()).size = size;
            try
            {
                Require(handle, level, IPT_SO_GET_ENTRIES, entries, table);
                return entries[Unsafe.SizeOf<IptGetEntries>()..];
            }
            catch (KernelException changed) when (changed.Errno == Errno.EAGAIN && attempt < Attempts)
            {
                // The table has another size than a moment ago.
            }
        }
    }

    private static void Require(SafeFileHandle handle, int level, int option, Span<byte> value, string table)
    {
        var length = (uint)value.Length;
        LibC.Require(getsockopt(handle, level, option, value, ref length), $"read the table {table} of iptables");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial SafeFileHandle socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockopt(SafeFileHandle sockfd, int level, int optname, Span<byte> optval, ref uint optlen);

    /// <summary>struct ipt_getinfo.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct IptGetInfo
    {
        public Name name;
        public uint valid_hooks;
        public Hooks hook_entry;
        public Hooks underflow;
        public uint num_entries;
        public uint size;
    }

    /// <summary>struct ipt_get_entries without the entries, which begin at a multiple of eight.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct IptGetEntries
    {
        public Name name;
        public uint size;
        public uint padding;
    }

    [InlineArray(XT_TABLE_MAXNAMELEN)]
    private struct Name
    {
        private byte _first;
    }

    [InlineArray(NF_INET_NUMHOOKS)]
    private struct Hooks
    {
        private uint _first;
    }
}
