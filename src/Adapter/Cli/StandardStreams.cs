using System.Runtime.InteropServices;
using CniInvoker;

namespace Bridge.Adapter.Cli;

/// <summary>
/// Who reads this process's standard output, such as <c>head</c> behind a pipe. .NET ignores that nobody reads any more (EPIPE), so a
/// command without an end has to look.
/// </summary>
internal static class OutputReader
{
    /// <summary>Whether the other end of a pipe is closed. Never for files and terminals.</summary>
    public static bool IsGone => StandardStreams.Has(StandardStreams.Output, StandardStreams.POLLERR);
}

/// <summary>The streams with which a process begins.</summary>
internal static partial class StandardStreams
{
    public const int Output = 1;
    public const short POLLERR = 8; // poll(2): of the end of a pipe that is written to, the other end is closed.

    private const int Error = 2;
    private const short POLLNVAL = 32; // The descriptor is closed.

    /// <summary>
    /// Opens those that the caller has closed (<c>cnm-cni status &gt;&amp;-</c>), before anything else is opened: the next file or socket
    /// would get their number, and what is printed would go there. They can only be read, so that printing fails and is reported.
    /// </summary>
    public static void Occupy()
    {
        for (var descriptor = 0; descriptor <= Error; descriptor++)
        {
            if (Has(descriptor, POLLNVAL))
                LibC.Open("/dev/null").SetHandleAsInvalid(); // The lowest number that is free. It stays open.
        }
    }

    internal static unsafe bool Has(int number, short events)
    {
        var descriptor = new PollDescriptor { Descriptor = number };
        return poll(&descriptor, 1, 0) > 0 && (descriptor.ReturnedEvents & events) != 0;
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
