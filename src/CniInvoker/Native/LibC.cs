using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CniInvoker;

/// <summary>
/// The system calls that .NET does not offer, under the names of their man pages, split by subject. Compiled into cnm-cni too, but for the
/// calls that start plugins. A failed call throws <see cref="KernelException"/>; methods named Try return what the caller has to expect
/// instead.
/// </summary>
internal static partial class LibC
{
    internal const int SIGKILL = 9;
    internal const int F_SETFD = 2;
    internal const int FD_CLOEXEC = 1;

    internal static Errno LastError => (Errno)Marshal.GetLastPInvokeError();

    /// <param name="attempted">Completes the sentence "could not …".</param>
    internal static KernelException Failure(string attempted) => new(attempted, LastError);

    /// <inheritdoc cref="Failure"/>
    internal static void Require(int result, string attempted)
    {
        if (result < 0)
            throw Failure(attempted);
    }

    /// <summary>The user whose rights this process has.</summary>
    public static uint EffectiveUser() => geteuid();

    /// <summary>Ends a process at once. Does nothing if it has ended already.</summary>
    public static void Kill(int process)
    {
        if (kill(process, SIGKILL) != 0 && LastError != Errno.ESRCH)
            throw Failure($"end process {process}");
    }

    /// <summary>Keeps a descriptor from child processes. .NET opens all of its own that way; an inherited one needs it.</summary>
    public static void CloseOnExec(SafeHandle handle) =>
        Require(fcntl(handle, F_SETFD, FD_CLOEXEC), "keep an inherited descriptor to ourselves");

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int kill(int pid, int sig);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fcntl(SafeHandle fd, int cmd, int arg);
}
