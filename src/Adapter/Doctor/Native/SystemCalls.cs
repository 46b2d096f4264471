using System.Runtime.InteropServices;

namespace Bridge.Adapter.Doctor.Native;

/// <summary>The system calls that only a diagnosis needs, under the names of their man pages.</summary>
internal static partial class SystemCalls
{
    public const ulong ST_RDONLY = 1;
    public const int TIME_ERROR = 5;


    /// <summary>What is left on the file system of a path; null when that cannot be read.</summary>
    public static FileSystemSpace? TrySpace(string path) => statvfs(path, out var status) != 0
        ? null
        : new FileSystemSpace(
            status.f_bavail * status.f_frsize, status.f_blocks * status.f_frsize, status.f_favail, status.f_files,
            (status.f_flag & ST_RDONLY) != 0)
        {
            Id = status.f_fsid,
        };

    /// <summary>Whether a time service keeps the kernel's clock; null where the kernel does not tell.</summary>
    public static bool? IsClockSynchronized()
    {
        // struct timex has 208 bytes. Without modes the call fills it, and changes nothing.
        Span<byte> state = stackalloc byte[256];
        state.Clear();
        return adjtimex(state) switch
        {
            < 0 => null,
            TIME_ERROR => false,
            _ => true,
        };
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statvfs(string path, out StatVfs buf);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int adjtimex(Span<byte> buf);
}

/// <param name="FreeBytes">Left for this user.</param>
/// <param name="Bytes">Of the whole file system.</param>
/// <param name="FreeFiles">Inodes left for this user.</param>
/// <param name="Files">Inodes of the whole file system; 0 where it makes them as it needs them.</param>
/// <param name="IsReadOnly">It is mounted read-only.</param>
internal readonly record struct FileSystemSpace(ulong FreeBytes, ulong Bytes, ulong FreeFiles, ulong Files, bool IsReadOnly)
{
    /// <summary>The file system's; 0 for some that have none.</summary>
    public ulong Id { get; init; }
}

/// <summary><c>struct statvfs</c> of statvfs(3) on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential, Size = 112)]
internal struct StatVfs
{
    public ulong f_bsize;
    public ulong f_frsize;
    public ulong f_blocks;
    public ulong f_bfree;
    public ulong f_bavail;
    public ulong f_files;
    public ulong f_ffree;
    public ulong f_favail;
    public ulong f_fsid;
    public ulong f_flag;
    public ulong f_namemax;
}
