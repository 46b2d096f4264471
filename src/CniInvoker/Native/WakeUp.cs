namespace CniInvoker;

/// <summary>Makes a thread that stands in <c>poll</c> return (an eventfd). Once set it stays set.</summary>
internal sealed unsafe class WakeUp : IDisposable
{
    private readonly FileDescriptor _event;

    public WakeUp()
    {
        var descriptor = LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
        _event = descriptor >= 0 ? new FileDescriptor(descriptor) : throw LibC.Failure("eventfd");
    }

    public int Number => _event.Number;

    public void Set()
    {
        // Cannot fail: the counter would have to overflow first.
        ulong one = 1;
        _ = LibC.write(_event, &one, sizeof(ulong));
    }

    /// <summary>Waits until it is set, but not longer; true when it is set.</summary>
    public bool Wait(TimeSpan limit)
    {
        var descriptor = new PollDescriptor(Number, PollDescriptor.POLLIN);
        return LibC.poll(&descriptor, 1, (int)Math.Ceiling(limit.TotalMilliseconds)) > 0;
    }

    public void Dispose() => _event.Dispose();
}
