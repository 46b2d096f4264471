using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>open(2), read(2), write(2), dup2(2), fsync(2), flock(2), fstatfs(2), statx(2), link(2), geteuid(2).</summary>
internal static partial class LibC
{
    internal const int O_RDONLY = 0;
    internal const int O_WRONLY = 1;
    internal const int O_CREAT = 0x40;
    internal const int O_APPEND = 0x400;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_CLOEXEC = 0x80000;
    internal const int AT_FDCWD = -100;
    internal const int AT_SYMLINK_NOFOLLOW = 0x100;
    internal const int AT_EMPTY_PATH = 0x1000;
    internal const uint S_IRUSR = 0x100;
    internal const uint S_IWUSR = 0x80;
    internal const uint STATX_UID = 0x8;
    internal const uint STATX_INO = 0x100;
    private static readonly TimeSpan WritePause = TimeSpan.FromMilliseconds(20);
    internal const int LOCK_EX = 2;
    internal const int LOCK_NB = 4;
    internal const long NSFS_MAGIC = 0x6e736673;

    /// <summary>Opens whatever is at <paramref name="path"/> for reading; a named pipe does not block it.</summary>
    public static SafeFileHandle Open(string path)
    {
        var handle = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
        return handle.IsInvalid ? throw Failure($"open {path}") : handle;
    }

    /// <summary>As <see cref="Open"/>, with null for a path at which nothing is, or a socket, which cannot be opened.</summary>
    public static SafeFileHandle? TryOpen(string path)
    {
        var handle = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
        if (!handle.IsInvalid)
            return handle;

        return LastError is Errno.ENOENT or Errno.ENOTDIR or Errno.ENXIO ? null : throw Failure($"open {path}");
    }

    /// <summary>
    /// The text of a short file of the kernel's, without the end of its line; null when it is not there or will not be read. Of the files
    /// of .NET each costs six calls, which hundreds of settings make felt.
    /// </summary>
    public static string? TryReadText(string path)
    {
        using var handle = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
        if (handle.IsInvalid)
            return null;

        Span<byte> buffer = stackalloc byte[256];
        var length = read(handle, buffer, (nuint)buffer.Length);
        return length < 0 ? null : Encoding.ASCII.GetString(buffer[..(int)length]).TrimEnd('\n');
    }

    /// <summary>Writes a text into a file of the kernel's, which takes it or refuses it as a whole.</summary>
    public static void WriteText(string path, string text)
    {
        using var handle = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC, 0);
        var bytes = Encoding.ASCII.GetBytes(text);
        if (handle.IsInvalid || write(handle, bytes, (nuint)bytes.Length) < 0)
            throw Failure($"write \"{text}\" to {path}");
    }

    /// <summary>Writes all of it, however long that takes; false: the file, the pipe or what is behind it does not take it.</summary>
    public static bool TryWriteAll(SafeFileHandle handle, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var written = write(handle, bytes, (nuint)bytes.Length);
            if (written >= 0)
                bytes = bytes[(int)written..];
            else if (LastError == Errno.EAGAIN)
                Thread.Sleep(WritePause); // Another process that shares the descriptor has made it so that it does not wait by itself.
            else if (LastError != Errno.EINTR)
                return false;
        }

        return true;
    }

    /// <summary>What is written to standard output and error from now on, also by the runtime in its last moment, goes into the file.</summary>
    public static void WriteStandardStreamsTo(SafeFileHandle file)
    {
        Require(dup2(file, 1), "replace standard output");
        Require(dup2(file, 2), "replace standard error");
    }

    /// <summary>Makes sure that a file is at <paramref name="path"/>, for a mount to cover.</summary>
    public static void CreateMountPoint(string path)
    {
        using var handle = open(path, O_RDONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0);
        if (handle.IsInvalid)
            throw Failure($"create the mount point {path}");
    }

    public static SafeFileHandle OpenDirectory(string directory) => Open(directory);

    /// <summary>Returns when the file's content, or the directory's entries, are on the disk.</summary>
    public static void Sync(SafeFileHandle handle) => Require(fsync(handle), "write a directory's entries to the disk");

    /// <summary>Locks a file or directory as long as the handle is open; false: another process has it locked.</summary>
    public static bool TryLock(SafeFileHandle handle)
    {
        if (flock(handle, LOCK_EX | LOCK_NB) == 0)
            return true;

        return LastError == Errno.EAGAIN ? false : throw Failure("lock a file");
    }

    /// <summary>Whether the handle is of a namespace, of whatever type.</summary>
    public static bool IsNamespace(SafeFileHandle handle)
    {
        Require(fstatfs(handle, out var file), "ask for the file system of a file");
        return file.f_type == NSFS_MAGIC;
    }

    /// <summary>What tells one file from every other.</summary>
    public static (uint DeviceMajor, uint DeviceMinor, ulong Inode) Identity(SafeFileHandle handle)
    {
        Require(statx(handle, "", AT_EMPTY_PATH, STATX_INO, out var file), "ask for the identity of a file");
        return (file.stx_dev_major, file.stx_dev_minor, file.stx_ino);
    }

    /// <summary>As <see cref="Identity"/>, of whatever is at the path, be it a link or a socket; null: nothing is.</summary>
    public static (uint DeviceMajor, uint DeviceMinor, ulong Inode)? TryIdentity(string path)
    {
        using var workingDirectory = new SafeFileHandle(AT_FDCWD, ownsHandle: false);
        return statx(workingDirectory, path, AT_SYMLINK_NOFOLLOW, STATX_INO, out var file) == 0 ? (file.stx_dev_major, file.stx_dev_minor, file.stx_ino) : null;
    }

    /// <summary>Gives a file a second name in its file system.</summary>
    public static bool TryLink(string path, string second) => link(path, second) == 0;

    /// <summary>The number of the user to whom a file belongs.</summary>
    public static uint Owner(SafeFileHandle handle)
    {
        Require(statx(handle, "", AT_EMPTY_PATH, STATX_UID, out var file), "ask for the owner of a file");
        return file.stx_uid;
    }

    /// <summary>The number of the user as whom this process acts on files.</summary>
    public static uint EffectiveUser() => geteuid();

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle open(string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(SafeFileHandle fd, Span<byte> buf, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(SafeFileHandle fd, ReadOnlySpan<byte> buf, nuint count);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string oldpath, string newpath);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup2(SafeFileHandle oldfd, int newfd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeFileHandle fd, int operation);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fstatfs(SafeFileHandle fd, out StatFs buf);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(SafeFileHandle dirfd, string pathname, int flags, uint mask, out StatX statxbuf);
}
