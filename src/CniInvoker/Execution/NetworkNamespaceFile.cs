using Microsoft.Win32.SafeHandles;

namespace CniInvoker;

/// <summary>What a path given as CNI_NETNS leads to.</summary>
internal static class NetworkNamespaceFile
{
    // Of the thread: what plugins will be born in.
    private const string Own = "/proc/thread-self/ns/net";

    /// <summary>Null, or why a container cannot be attached there.</summary>
    public static string? Problem(string path)
    {
        using var file = Open(path);
        if (file.IsInvalid)
            return "cannot be opened: does it exist?";

        if (!IsNetworkNamespace(file))
            return "is not a network namespace";

        using var own = Open(Own);
        return LibC.TryStat(file, out var theirs) && LibC.TryStat(own, out var ours) && theirs.Inode == ours.Inode
            ? "is the network namespace of this process, which is no container's"
            : null;
    }

    /// <summary>There is a file, and it is something else, such as what is left of a mount that is gone.</summary>
    public static bool IsForeign(string path)
    {
        using var file = Open(path);
        return !file.IsInvalid && !IsNetworkNamespace(file);
    }

    private static bool IsNetworkNamespace(SafeFileHandle file) => LibC.ioctl(file, LibC.NS_GET_NSTYPE) == LibC.CLONE_NEWNET;

    // O_NONBLOCK: a pipe of that name would let us wait for a writer.
    private static SafeFileHandle Open(string path) => LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC | LibC.O_NONBLOCK, 0);
}
