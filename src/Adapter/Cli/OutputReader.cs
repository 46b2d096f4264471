using System.Runtime.InteropServices;

namespace Bridge.Adapter.Cli;

/// <summary>
/// Who reads this process's standard output, such as <c>head</c> behind a pipe. .NET ignores that nobody reads any more (EPIPE), so a
/// command without an end has to look.
/// </summary>
internal static partial class OutputReader
{
    private const int StandardOutput = 1;
    private const short POLLERR = 8; // poll(2): of the end of a pipe that is written to, the other end is closed.

    /// <summary>Whether the other end of a pipe is closed. Never for files and terminals.</summary>
    public static unsafe bool IsGone
    {
        get
        {
            var descriptor = new PollDescriptor { Descriptor = StandardOutput };
            return poll(&descriptor, 1, 0) > 0 && (descriptor.ReturnedEvents & POLLERR) != 0;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short ReturnedEvents;
    }
}
