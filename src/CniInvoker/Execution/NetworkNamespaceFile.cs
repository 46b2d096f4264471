using Microsoft.Win32.SafeHandles;

namespace CniInvoker;

/// <summary>Checks a path for CNI_NETNS.</summary>
internal static class NetworkNamespaceFile
{
    // The thread's namespace, which its child processes inherit (clone(2)).
    private const string Own = "/proc/thread-self/ns/net";

    /// <summary>Why no container can be attached there; null when it can.</summary>
    public static string? Problem(string path)
    {
        using var file = Open(path);
        if (file.IsInvalid)
            return "cannot be opened: does it exist?";

        if (!IsNetworkNamespace(file))
            return "is not a network namespace";

        using var own = Open(Own);
        return LibC.TryStat(file, out var theirs) && LibC.TryStat(own, out var ours) && theirs.Inode == ours.Inode
            ? "is the network namespace of this process, not of a container"
            : null;
    }

    /// <summary>The file exists and is not a network namespace, such as the file below a removed mount.</summary>
    public static bool IsForeign(string path)
    {
        using var file = Open(path);
        return !file.IsInvalid && !IsNetworkNamespace(file);
    }

    private static bool IsNetworkNamespace(SafeFileHandle file) => LibC.ioctl(file, LibC.NS_GET_NSTYPE) == LibC.CLONE_NEWNET;

    // O_NONBLOCK: opening a pipe would wait for a writer (fifo(7)).
    private static SafeFileHandle Open(string path) => LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC | LibC.O_NONBLOCK, 0);
}
