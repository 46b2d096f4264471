using System.Runtime.InteropServices;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>fcntl(2).</summary>
internal static partial class LibC
{
    internal const int F_SETFD = 2;
    internal const int FD_CLOEXEC = 1;

    /// <summary>Processes that we start do not get the descriptor. What .NET opens is so from the beginning, what is inherited is not.</summary>
    public static void CloseOnExec(SafeHandle handle) => Require(fcntl(handle, F_SETFD, FD_CLOEXEC), "keep an inherited descriptor to ourselves");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeHandle fd, int cmd, int arg);
}
