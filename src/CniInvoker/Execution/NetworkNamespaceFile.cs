namespace CniInvoker;

/// <summary>Checks a path for CNI_NETNS.</summary>
internal static class NetworkNamespaceFile
{
    // The thread's namespace, which its child processes inherit (clone(2)).
    private const string Own = "/proc/thread-self/ns/net";

    /// <summary>Why no container can be attached there; null when it can.</summary>
    public static string? Problem(string path)
    {
        using var file = LibC.OpenOrInvalid(path);
        if (file.IsInvalid)
            return "cannot be opened: does it exist?";

        if (!LibC.IsNetworkNamespace(file))
            return "is not a network namespace";

        using var own = LibC.OpenOrInvalid(Own);
        return LibC.TryStat(file, out var theirs) && LibC.TryStat(own, out var ours) && theirs.Identity == ours.Identity
            ? "is the network namespace of this process, not of a container"
            : null;
    }

    /// <summary>The file exists and is not a network namespace, such as the file below a removed mount.</summary>
    public static bool IsForeign(string path)
    {
        using var file = LibC.OpenOrInvalid(path);
        return !file.IsInvalid && !LibC.IsNetworkNamespace(file);
    }
}
