using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>What stands at a path, without opening or following it; open(2) for what must be an ordinary file; rename(2).</summary>
internal static partial class LibC
{
    internal const uint STATX_TYPE = 0x1;
    internal const uint STATX_SIZE = 0x200;

    // The one flag of those used here whose number is not the same everywhere.
    private static int O_NOFOLLOW => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>Null where nothing is.</summary>
    public static FileKind? KindOf(string path)
    {
        if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE, out var file) == 0)
            return Kind(file);

        return LastError is Errno.ENOENT or Errno.ENOTDIR ? null : throw Failure($"look at {path}");
    }

    /// <summary>Opens an ordinary file for reading, and nothing that has taken its place meanwhile; waits for nobody.</summary>
    public static SafeFileHandle OpenFile(string path) => OpenFile(path, O_RDONLY | O_NOFOLLOW);

    /// <summary>Opens an ordinary file for writing at its end; where there is none it is made, for root alone.</summary>
    public static SafeFileHandle OpenToAppend(string path) => OpenFile(path, O_WRONLY | O_CREAT | O_APPEND);

    private static SafeFileHandle OpenFile(string path, int flags)
    {
        var handle = open(path, flags | O_NONBLOCK | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (handle.IsInvalid)
            throw Failure($"open {path}");

        Require(statx(handle, "", AT_EMPTY_PATH, STATX_TYPE, out var file), $"look at {path}");
        if (Kind(file) == FileKind.File)
            return handle;

        handle.Dispose();
        throw new IOException($"{path} is a {Kind(file).Text()}, where a file is expected");
    }

    public static long Size(SafeFileHandle handle)
    {
        Require(statx(handle, "", AT_EMPTY_PATH, STATX_SIZE, out var file), "ask for the size of a file");
        return (long)file.stx_size;
    }

    /// <summary>Whatever it is that is called <paramref name="path"/>; nothing must have the new name.</summary>
    public static void Rename(string path, string name)
    {
        if (KindOf(name) is not null)
            throw new IOException($"{name} is there already");

        Require(rename(path, name), $"rename {path}");
    }

    private static FileKind Kind(in StatX file) => (FileKind)(file.stx_mode & 0xF000);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int dirfd, string pathname, int flags, uint mask, out StatX statxbuf);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string oldpath, string newpath);
}
