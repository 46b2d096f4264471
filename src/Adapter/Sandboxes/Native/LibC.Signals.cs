using System.Runtime.InteropServices;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>kill(2).</summary>
internal static partial class LibC
{
    internal const int SIGKILL = 9;

    /// <summary>Ends a process at once. That it has ended already is success.</summary>
    public static void Kill(int process)
    {
        if (kill(process, SIGKILL) != 0 && LastError != Errno.ESRCH)
            throw Failure($"end process {process}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int sig);
}
