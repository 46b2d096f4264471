using System.Runtime.InteropServices;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>unshare(2), setns(2), mount(2), umount2(2).</summary>
internal static partial class NamespaceCalls
{
    internal const uint MS_BIND = 4096;
    internal const int MNT_DETACH = 2;
    internal const int UMOUNT_NOFOLLOW = 8;

    /// <summary>Moves the calling thread, and no other, to a new network namespace.</summary>
    public static void UnshareNetwork() => LibC.Require(unshare(LibC.CLONE_NEWNET), "make a network namespace (this needs CAP_SYS_ADMIN)");

    /// <summary>Moves the calling thread, and no other, to the namespace.</summary>
    public static void EnterNetwork(SafeFileHandle networkNamespace, string description) =>
        LibC.Require(setns(networkNamespace, LibC.CLONE_NEWNET), $"enter {description} (this needs CAP_SYS_ADMIN)");

    /// <summary>As <see cref="EnterNetwork"/>; false when the kernel refuses.</summary>
    public static bool TryEnterNetwork(SafeFileHandle networkNamespace) => setns(networkNamespace, LibC.CLONE_NEWNET) == 0;

    /// <summary>Binds the file behind the handle over the mount point, on top of earlier mounts.</summary>
    public static void MountOver(string mountPoint, SafeFileHandle handle)
    {
        var referenced = false;
        try
        {
            handle.DangerousAddRef(ref referenced);
            var source = $"/proc/self/fd/{handle.DangerousGetHandle()}";
            LibC.Require(mount(source, mountPoint, null, MS_BIND, 0), $"mount a namespace at {mountPoint} (this needs CAP_SYS_ADMIN)");
        }
        finally
        {
            if (referenced)
                handle.DangerousRelease();
        }
    }

    /// <summary>Removes the topmost mount at the mount point; false when there is none.</summary>
    public static bool TryUnmount(string mountPoint)
    {
        if (umount2(mountPoint, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
            return true;

        return LibC.LastError is Errno.ENOENT or Errno.ENOTDIR or Errno.EINVAL ? false : throw LibC.Failure($"unmount {mountPoint}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(SafeFileHandle fd, int nstype);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string? filesystemtype, nuint mountflags, nint data);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int umount2(string target, int flags);
}
