namespace CniInvoker;

/// <summary>An eventfd(2) that ends another thread's poll(2). Once set it stays set.</summary>
internal sealed unsafe class EventFd : IDisposable
{
    private readonly FileDescriptor _event;

    public EventFd()
    {
        var descriptor = LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
        LibC.Require(descriptor, "make an eventfd");
        _event = new FileDescriptor(descriptor);
    }

    public int Number => _event.Number;

    public void Set()
    {
        // Fails only when the counter would overflow.
        ulong one = 1;
        _ = LibC.write(_event, &one, sizeof(ulong));
    }

    /// <summary>True when it is set within the limit.</summary>
    public bool Wait(TimeSpan limit)
    {
        var descriptor = new PollDescriptor(Number, PollDescriptor.POLLIN);
        return LibC.poll(&descriptor, 1, (int)Math.Ceiling(limit.TotalMilliseconds)) > 0;
    }

    public void Dispose() => _event.Dispose();
}
