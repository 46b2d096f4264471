using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>
/// Constants of linux/netfilter_ipv4/ip_tables.h, linux/netfilter/x_tables.h, linux/netfilter.h and linux/in.h, under their names there.
/// Those of ip6_tables.h have the same values.
/// </summary>
internal static class Iptables
{
    public const int IPPROTO_IP = 0;
    public const int IPPROTO_IPV6 = 41;
    public const int IPT_SO_GET_INFO = 64;
    public const int IPT_SO_GET_ENTRIES = 65;
    public const int XT_TABLE_MAXNAMELEN = 32;
    public const int NF_INET_NUMHOOKS = 5;
}

/// <summary>
/// The tables of legacy iptables and ip6tables, in the network namespace of the calling thread: getsockopt(2) and proc(5).
/// </summary>
internal static partial class IptablesCalls
{
    private const int Attempts = 16;

    /// <summary>The tables that exist; to read another one creates it.</summary>
    /// <param name="family">AF_INET or AF_INET6.</param>
    public static string[] Tables(byte family) =>
        LibC.TryReadText($"/proc/thread-self/net/{(family == SocketCalls.AF_INET6 ? "ip6" : "ip")}_tables_names")
            ?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>All rules of a table, as the kernel stores them. Chains are in it by their names.</summary>
    /// <param name="family">AF_INET or AF_INET6.</param>
    /// <param name="table">One of <see cref="Tables"/>.</param>
    /// <exception cref="KernelException">The kernel refused, or the table changed during each of several readings.</exception>
    public static byte[] Read(byte family, string table)
    {
        using var handle = SocketCalls.Open(family, SocketCalls.SOCK_DGRAM, 0, "a socket for the tables of iptables");
        var level = family == SocketCalls.AF_INET6 ? Iptables.IPPROTO_IPV6 : Iptables.IPPROTO_IP;
        Span<byte> info = stackalloc byte[Unsafe.SizeOf<IptGetInfo>()];
        for (var attempt = 1; ; attempt++)
        {
            info.Clear();
            Encoding.ASCII.GetBytes(table, info);
            Require(handle, level, Iptables.IPT_SO_GET_INFO, info, table);

            var size = MemoryMarshal.Read<IptGetInfo>(info).size;
            var entries = new byte[Unsafe.SizeOf<IptGetEntries>() + (int)size];
            Encoding.ASCII.GetBytes(table, entries);
            MemoryMarshal.AsRef<IptGetEntries>(entries.AsSpan()).size = size;
            try
            {
                Require(handle, level, Iptables.IPT_SO_GET_ENTRIES, entries, table);
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
    private static partial int getsockopt(SafeFileHandle sockfd, int level, int optname, Span<byte> optval, ref uint optlen);
}

/// <summary>struct ipt_getinfo.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IptGetInfo
{
    public fixed byte name[Iptables.XT_TABLE_MAXNAMELEN];
    public uint valid_hooks;
    public fixed uint hook_entry[Iptables.NF_INET_NUMHOOKS];
    public fixed uint underflow[Iptables.NF_INET_NUMHOOKS];
    public uint num_entries;
    public uint size;
}

/// <summary>struct ipt_get_entries without the entries, which begin at a multiple of eight.</summary>
[StructLayout(LayoutKind.Sequential, Size = 40)]
internal unsafe struct IptGetEntries
{
    public fixed byte name[Iptables.XT_TABLE_MAXNAMELEN];
    public uint size;
}
