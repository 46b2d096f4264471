using System.Runtime.InteropServices;

namespace CniInvoker;

/// <summary>poll(2).</summary>
internal static unsafe partial class LibC
{
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int poll(PollDescriptor* descriptors, nuint count, int milliseconds);
}

/// <summary><c>struct pollfd</c> of poll(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor(int descriptor, short events)
{
    public const short POLLIN = 1;
    public const short POLLOUT = 4;

    /// <summary>Of the end of a pipe that is written to: the other end is closed.</summary>
    public const short POLLERR = 8;

    /// <summary>The descriptor is closed.</summary>
    public const short POLLNVAL = 32;

    public int Descriptor = descriptor;
    public short Events = events;
    public short ReturnedEvents;
}
