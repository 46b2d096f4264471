using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>unshare(2), setns(2), ioctl_ns(2), mount(2), umount2(2).</summary>
internal static partial class LibC
{
    internal const int CLONE_NEWNET = 0x40000000;
    internal const uint NS_GET_NSTYPE = 0xb703;
    internal const uint MS_BIND = 4096;
    internal const int MNT_DETACH = 2;
    internal const int UMOUNT_NOFOLLOW = 8;

    /// <summary>Puts the calling thread, and no other, into a network namespace of its own.</summary>
    public static void UnshareNetwork() => Require(unshare(CLONE_NEWNET), "make a network namespace (this needs CAP_SYS_ADMIN)");

    /// <summary>Puts the calling thread, and no other, into the namespace.</summary>
    public static void EnterNetwork(SafeFileHandle networkNamespace, string description) =>
        Require(setns(networkNamespace, CLONE_NEWNET), $"enter {description} (this needs CAP_SYS_ADMIN)");

    /// <summary>As <see cref="EnterNetwork"/>; false when that is refused.</summary>
    public static bool TryEnterNetwork(SafeFileHandle networkNamespace) => setns(networkNamespace, CLONE_NEWNET) == 0;

    /// <summary>Whether a handle of a namespace is of a network namespace.</summary>
    public static bool IsNetwork(SafeFileHandle someNamespace)
    {
        var type = ioctl(someNamespace, NS_GET_NSTYPE);
        Require(type, "ask a namespace for its type");
        return type == CLONE_NEWNET;
    }

    /// <summary>Binds the file behind the handle over <paramref name="mountPoint"/>, on top of what may be mounted there.</summary>
    public static void MountOver(string mountPoint, SafeFileHandle handle)
    {
        var referenced = false;
        try
        {
            handle.DangerousAddRef(ref referenced);
            var source = $"/proc/self/fd/{handle.DangerousGetHandle()}";
            Require(mount(source, mountPoint, null, MS_BIND, 0), $"mount a namespace at {mountPoint} (this needs CAP_SYS_ADMIN)");
        }
        finally
        {
            if (referenced)
                handle.DangerousRelease();
        }
    }

    /// <summary>Takes away the topmost mount at <paramref name="mountPoint"/>; false when there was none.</summary>
    public static bool TryUnmount(string mountPoint)
    {
        if (umount2(mountPoint, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
            return true;

        return LastError is Errno.ENOENT or Errno.ENOTDIR or Errno.EINVAL ? false : throw Failure($"unmount {mountPoint}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(SafeFileHandle fd, int nstype);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeFileHandle fd, nuint request);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string? filesystemtype, nuint mountflags, nint data);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int umount2(string target, int flags);
}
