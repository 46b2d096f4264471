using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CniInvoker;

/// <summary>
/// access(2), open(2), read(2), write(2), dup2(2), fsync(2), flock(2), fstatfs(2), statx(2), ioctl_ns(2), link(2), rename(2).
/// </summary>
internal static partial class LibC
{
    internal const int X_OK = 1;
    internal const int O_RDONLY = 0;
    internal const int O_WRONLY = 1;
    internal const int O_RDWR = 2;
    internal const int O_CREAT = 0x40;
    internal const int O_APPEND = 0x400;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_CLOEXEC = 0x80000;
    internal const int AT_FDCWD = -100;
    internal const int AT_SYMLINK_NOFOLLOW = 0x100;
    internal const int AT_EMPTY_PATH = 0x1000;
    internal const uint S_IRUSR = 0x100;
    internal const uint S_IWUSR = 0x80;
    internal const uint STATX_BASIC_STATS = 0x7ff;
    internal const int LOCK_EX = 2;
    internal const int LOCK_NB = 4;
    internal const long NSFS_MAGIC = 0x6e736673;
    internal const uint NS_GET_NSTYPE = 0xb703;
    internal const int CLONE_NEWNET = 0x40000000;

    private static readonly TimeSpan WritePause = TimeSpan.FromMilliseconds(20);

    // The only flag used here whose number depends on the architecture.
    internal static int O_NOFOLLOW => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    public static bool IsExecutable(string path) => access(path, X_OK) == 0;

    /// <summary>Opens whatever is at the path for reading. O_NONBLOCK: opening a named pipe would wait for a writer (fifo(7)).</summary>
    public static SafeFileHandle Open(string path)
    {
        var handle = OpenOrInvalid(path);
        return handle.IsInvalid ? throw Failure($"open {path}") : handle;
    }

    /// <summary>As <see cref="Open"/>; null where nothing is, or a socket, which cannot be opened.</summary>
    public static SafeFileHandle? TryOpen(string path)
    {
        var handle = OpenOrInvalid(path);
        if (!handle.IsInvalid)
            return handle;

        return LastError is Errno.ENOENT or Errno.ENOTDIR or Errno.ENXIO ? null : throw Failure($"open {path}");
    }

    /// <summary>As <see cref="Open"/>; an invalid handle, and <see cref="LastError"/>, where that fails.</summary>
    public static SafeFileHandle OpenOrInvalid(string path) => open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);

    /// <summary>Opens a regular file for reading, and nothing that took its place meanwhile. Never blocks.</summary>
    public static SafeFileHandle OpenFile(string path) => OpenFile(path, O_RDONLY | O_NOFOLLOW);

    /// <summary>Opens a regular file for appending; creates it for root alone.</summary>
    public static SafeFileHandle OpenToAppend(string path) => OpenFile(path, O_WRONLY | O_CREAT | O_APPEND);

    /// <summary>
    /// The text of a short kernel file without its line end; null when it does not exist or cannot be read. .NET's file API makes six
    /// system calls per file, which is noticeable with hundreds of sysctls.
    /// </summary>
    public static string? TryReadText(string path)
    {
        using var handle = OpenOrInvalid(path);
        if (handle.IsInvalid)
            return null;

        Span<byte> buffer = stackalloc byte[256];
        var length = read(handle, buffer, (nuint)buffer.Length);
        return length < 0 ? null : Encoding.ASCII.GetString(buffer[..(int)length]).TrimEnd('\n');
    }

    /// <summary>Writes a kernel file, which accepts or refuses the text as a whole.</summary>
    public static void WriteText(string path, string text)
    {
        using var handle = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC, 0);
        var bytes = Encoding.ASCII.GetBytes(text);
        if (handle.IsInvalid || write(handle, bytes, (nuint)bytes.Length) < 0)
            throw Failure($"write \"{text}\" to {path}");
    }

    /// <summary>Writes all bytes, however long that takes; false when the file or pipe refuses them.</summary>
    public static bool TryWriteAll(SafeFileHandle handle, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var written = write(handle, bytes, (nuint)bytes.Length);
            if (written >= 0)
                bytes = bytes[(int)written..];
            else if (LastError == Errno.EAGAIN)
                Thread.Sleep(WritePause); // Another process that shares the open file description made it non-blocking.
            else if (LastError != Errno.EINTR)
                return false;
        }

        return true;
    }

    /// <summary>Sends standard output and error to the file, including the runtime's own last message.</summary>
    public static void WriteStandardStreamsTo(SafeFileHandle file)
    {
        Require(dup2(file, 1), "replace standard output");
        Require(dup2(file, 2), "replace standard error");
    }

    /// <summary>Makes sure that a file exists at the path, for a mount to cover.</summary>
    public static void CreateMountPoint(string path)
    {
        using var handle = open(path, O_RDONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0);
        if (handle.IsInvalid)
            throw Failure($"create the mount point {path}");
    }

    /// <summary>Returns when the directory's entries are on the disk.</summary>
    public static void SyncDirectory(string directory)
    {
        using var handle = Open(directory);
        Require(fsync(handle), $"write the entries of {directory} to the disk");
    }

    /// <summary>Locks a file or directory as long as the handle is open; false when another process holds the lock.</summary>
    public static bool TryLock(SafeFileHandle handle)
    {
        if (flock(handle, LOCK_EX | LOCK_NB) == 0)
            return true;

        return LastError == Errno.EAGAIN ? false : throw Failure("lock a file");
    }

    /// <summary>
    /// Whether the handle is of a network namespace. The file system is checked first: other files could understand the ioctl differently.
    /// </summary>
    public static bool IsNetworkNamespace(SafeFileHandle handle)
    {
        Require(fstatfs(handle, out var file), "read the file system of a file");
        if (file.f_type != NSFS_MAGIC)
            return false;

        var type = ioctl(handle, NS_GET_NSTYPE);
        Require(type, "read the type of a namespace");
        return type == CLONE_NEWNET;
    }

    /// <summary>Null when nothing is at the path. Does not follow a link.</summary>
    public static FileKind? KindOf(string path)
    {
        if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, out var file) == 0)
            return file.Kind;

        return LastError is Errno.ENOENT or Errno.ENOTDIR ? null : throw Failure($"look at {path}");
    }

    public static FileIdentity Identity(SafeFileHandle handle) => Status(handle).Identity;

    /// <summary>As <see cref="Identity"/>, of a link itself or a socket too; null when nothing is at the path.</summary>
    public static FileIdentity? TryIdentity(string path) =>
        statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, out var file) == 0 ? file.Identity : null;

    public static long Size(SafeFileHandle handle) => (long)Status(handle).stx_size;

    /// <summary>The user that owns the file.</summary>
    public static uint Owner(SafeFileHandle handle) => Status(handle).stx_uid;

    /// <summary>Follows links.</summary>
    public static bool TryStat(string path, out FileStatus status) => statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, out status) == 0;

    /// <summary>Follows links. The path starts at the directory, and ends with a zero byte.</summary>
    public static unsafe bool TryStat(SafeFileHandle directory, ReadOnlySpan<byte> path, out FileStatus status)
    {
        fixed (byte* start = path)
            return statx(directory, start, 0, STATX_BASIC_STATS, out status) == 0;
    }

    public static bool TryStat(SafeFileHandle file, out FileStatus status) =>
        statx(file, "", AT_EMPTY_PATH, STATX_BASIC_STATS, out status) == 0;

    /// <summary>Gives a file a second name in its file system; false when that fails, see <see cref="LastError"/>.</summary>
    public static bool TryLink(string path, string second) => link(path, second) == 0;

    /// <summary>Renames a file or directory. Nothing must have the new name.</summary>
    public static void Rename(string path, string name)
    {
        if (KindOf(name) is not null)
            throw new IOException($"{name} exists already");

        Require(rename(path, name), $"rename {path}");
    }

    private static SafeFileHandle OpenFile(string path, int flags)
    {
        var handle = open(path, flags | O_NONBLOCK | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (handle.IsInvalid)
            throw Failure($"open {path}");

        if (Status(handle).Kind is var kind and not FileKind.File)
        {
            handle.Dispose();
            throw new IOException($"{path} is a {kind.Text()}, where a file is expected");
        }

        return handle;
    }

    public static FileStatus Status(SafeFileHandle handle) =>
        TryStat(handle, out var status) ? status : throw Failure("look at an open file");

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int access(string pathname, int mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle open(string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(SafeFileHandle fd, Span<byte> buf, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(SafeFileHandle fd, ReadOnlySpan<byte> buf, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup2(SafeFileHandle oldfd, int newfd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeFileHandle fd, int operation);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fstatfs(SafeFileHandle fd, out StatFs buf);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeFileHandle fd, nuint request);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int dirfd, string pathname, int flags, uint mask, out FileStatus statxbuf);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(SafeFileHandle dirfd, string pathname, int flags, uint mask, out FileStatus statxbuf);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int statx(SafeFileHandle dirfd, byte* pathname, int flags, uint mask, out FileStatus statxbuf);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string oldpath, string newpath);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string oldpath, string newpath);
}

/// <summary><c>struct statfs</c> of statfs(2) on 64-bit Linux; only the type is read.</summary>
[StructLayout(LayoutKind.Explicit, Size = 120)]
internal struct StatFs
{
    [FieldOffset(0)]
    public long f_type;
}
