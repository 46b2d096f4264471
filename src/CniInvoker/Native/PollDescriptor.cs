using System.Runtime.InteropServices;

namespace CniInvoker;

/// <summary><c>struct pollfd</c>. The kernel passes over negative descriptors.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor(int descriptor, short events)
{
    public const short POLLIN = 1;
    public const short POLLOUT = 4;

    public int Descriptor = descriptor;
    public short Events = events;
    public short ReturnedEvents;
}
