using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CniInvoker;

// Files: locks, identities, names.
internal static unsafe partial class LibC
{
    public const int EACCES = 13;
    public const int EEXIST = 17;
    public const int O_RDONLY = 0;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int F_OFD_SETLK = 37;

    /// <summary>Asks for the type of a namespace: <c>_IO(0xb7, 3)</c>, see ioctl_ns(2).</summary>
    public const nuint NS_GET_NSTYPE = 0xb703;

    /// <summary>The type of network namespaces, see clone(2).</summary>
    public const int CLONE_NEWNET = 0x40000000;

    private const int AT_FDCWD = -100;
    private const int AT_EMPTY_PATH = 0x1000;
    private const uint STATX_BASIC_STATS = 0x7ff;

    // The one flag that is not the same everywhere.
    public static readonly int O_NOFOLLOW = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    public static bool TryStat(string path, out FileStatus status) => statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, out status) == 0;

    public static bool TryStat(SafeFileHandle file, out FileStatus status) =>
        statx((int)file.DangerousGetHandle(), "", AT_EMPTY_PATH, STATX_BASIC_STATS, out status) == 0;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fcntl(SafeFileHandle file, int command, ref FileLock argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(SafeFileHandle file, nuint request);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int link(string from, string to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, out FileStatus status);
}
