using Microsoft.Win32.SafeHandles;

namespace CniInvoker;

/// <summary>A pipe to or from a child process. Our end never blocks.</summary>
internal sealed class Pipe : IDisposable
{
    private Pipe(FileDescriptor ours, FileDescriptor theirs) => (Ours, Theirs) = (ours, theirs);

    public FileDescriptor Ours { get; }

    public FileDescriptor Theirs { get; }

    public static Pipe ForReading() => Create((reader, writer) => new Pipe(reader, writer));

    public static Pipe ForWriting() => Create((reader, writer) => new Pipe(writer, reader));

    public void Dispose()
    {
        Ours.Dispose();
        Theirs.Dispose();
    }

    private static unsafe Pipe Create(Func<FileDescriptor, FileDescriptor, Pipe> orient)
    {
        var descriptors = stackalloc int[2];
        LibC.Require(LibC.pipe2(descriptors, LibC.O_CLOEXEC), "make a pipe");
        var pipe = orient(new FileDescriptor(descriptors[0]), new FileDescriptor(descriptors[1]));
        try
        {
            LibC.Require(LibC.fcntl(pipe.Ours, LibC.F_SETFL, LibC.O_NONBLOCK), "make a pipe non-blocking");
            return pipe;
        }
        catch
        {
            pipe.Dispose();
            throw;
        }
    }
}

internal sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    public FileDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>For poll(2) only. Once closed it is −1, which poll ignores.</summary>
    public int Number => IsClosed ? -1 : (int)handle;

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}

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
