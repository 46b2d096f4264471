using System.Runtime.InteropServices;
using System.Text;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>Constants of linux/ethtool.h and linux/sockios.h, under their names there.</summary>
internal static class Ethtool
{
    public const uint SIOCETHTOOL = 0x8946;
    public const uint ETHTOOL_GFEATURES = 0x3a;
}

/// <summary>The features of a link (offloads), by the ioctl SIOCETHTOOL of linux/ethtool.h.</summary>
internal static unsafe partial class EthtoolCalls
{
    // IFNAMSIZ; and the size of struct ifreq on 64-bit Linux.
    private const int NameSize = 16;
    private const int RequestSize = 40;

    // Each has 32 features; kernels have two.
    private const uint MostBlocks = 8;
    private const int BlockSize = 16;

    /// <summary>In hexadecimal: available, requested, active and unchangeable features. Empty for a link without them.</summary>
    /// <param name="name">A link of the network namespace of the calling thread.</param>
    public static string Features(string name)
    {
        using var handle = SocketCalls.Open(SocketCalls.AF_INET, SocketCalls.SOCK_DGRAM, 0, "a socket");
        Span<byte> features = stackalloc byte[(2 * sizeof(uint)) + ((int)MostBlocks * BlockSize)];
        features.Clear();
        MemoryMarshal.Write(features, Ethtool.ETHTOOL_GFEATURES);
        MemoryMarshal.Write(features[sizeof(uint)..], MostBlocks);
        Span<byte> request = stackalloc byte[RequestSize];
        request.Clear();
        Encoding.UTF8.GetBytes(name, request[..(NameSize - 1)]);
        fixed (byte* data = features)
        {
            MemoryMarshal.Write(request[NameSize..], (nint)data);
            fixed (byte* start = request)
            {
                if (ioctl(handle, Ethtool.SIOCETHTOOL, (nint)start) < 0)
                    return LibC.LastError is Errno.EOPNOTSUPP ? "" : throw LibC.Failure($"read the features of link {name}");
            }
        }

        var blocks = (int)MemoryMarshal.Read<uint>(features[sizeof(uint)..]);
        return Convert.ToHexStringLower(features.Slice(2 * sizeof(uint), Math.Min(blocks, (int)MostBlocks) * BlockSize));
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeFileHandle fd, nuint request, nint argument);
}

/// <summary>bpf(2), as far as it shows programs that neither netlink attributes nor queueing disciplines show.</summary>
internal static unsafe partial class BpfCalls
{
    // linux/bpf.h; the attach types exist from kernel 6.6 on.
    private const int ProgramQuery = 16; // BPF_PROG_QUERY
    private const int QuerySize = 64; // Up to the field revision.
    private const uint TcxIngress = 46; // BPF_TCX_INGRESS
    private const uint TcxEgress = 47; // BPF_TCX_EGRESS

    // The number of the system call: 321 on x86_64, 280 in the table that newer architectures share.
    private static nint Number => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 321 : 280;

    /// <summary>
    /// How many programs are attached to the directions of a link by tcx; 0 where the kernel has no tcx. Null: it does not tell.
    /// </summary>
    /// <param name="linkIndex">A link of the network namespace of the calling thread.</param>
    public static long? TcxPrograms(int linkIndex) => Count(linkIndex, TcxIngress) + Count(linkIndex, TcxEgress);

    private static long? Count(int linkIndex, uint direction)
    {
        var query = new BpfQuery { target_ifindex = (uint)linkIndex, attach_type = direction };
        if (syscall(Number, ProgramQuery, (nint)(&query), QuerySize) >= 0)
            return query.prog_cnt;

        return LibC.LastError is Errno.EINVAL or Errno.ENOENT ? 0 : null;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint command, nint attributes, nint size);

    /// <summary>
    /// The part "query" of union bpf_attr. The kernel writes into fields behind those that are named here, whatever the given size.
    /// </summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct BpfQuery
    {
        public uint target_ifindex;
        public uint attach_type;
        public uint query_flags;
        public uint attach_flags;
        public ulong prog_ids;
        public uint prog_cnt;
    }
}
