using System.Runtime.InteropServices;
using CniInvoker;

namespace Bridge.Adapter.Service;

/// <summary>
/// Gives up root's capabilities but for one (capabilities(7)). Each thread has its own, and the runtime has several before the first line
/// of the program runs: so this process becomes the same program anew, which begins with no more than what its bounding set allows.
/// </summary>
internal static partial class FewerRights
{
    private const int CAP_NET_ADMIN = 12;
    private const int PR_CAPBSET_READ = 23;
    private const int PR_CAPBSET_DROP = 24;
    private const int PR_SET_NO_NEW_PRIVS = 38;
    private const int Last = 63;

    /// <summary>Returns in the new program only, or where nothing can be given up.</summary>
    /// <exception cref="ServiceException">The kernel does not start it.</exception>
    public static void KeepNetworkOnly()
    {
        var isChanged = false;
        for (var capability = 0; capability <= Last; capability++)
        {
            // Without CAP_SETPCAP, as in a container, nothing can be given up, and there is little.
            if (capability != CAP_NET_ADMIN && prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1)
                isChanged |= prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0;
        }

        if (!isChanged)
            return;

        _ = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        Execute(File.ReadAllBytes("/proc/self/cmdline"));
    }

    // Ends all threads of this process. Its descriptors but the standard ones are closed, as .NET opens them.
    private static unsafe void Execute(byte[] commandLine)
    {
        fixed (byte* text = commandLine)
        fixed (byte* program = "/proc/self/exe\0"u8)
        {
            var arguments = new nint[commandLine.Count(letter => letter == 0) + 1];
            for (int number = 0, start = 0; start < commandLine.Length; number++)
            {
                arguments[number] = (nint)(text + start);
                start += commandLine.AsSpan(start).IndexOf((byte)0) + 1;
            }

            fixed (nint* list = arguments)
                _ = execv(program, list);
        }

        throw new ServiceException($"cnm-cni cannot start itself with fewer rights: {LibC.Failure("execute /proc/self/exe").Message}.");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nint arg2, nint arg3, nint arg4, nint arg5);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int execv(byte* pathname, nint* argv);
}
