namespace CniInvoker;

/// <summary>A pipe, whose one end is ours and never blocks, and whose other end is for a child.</summary>
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
        if (LibC.pipe2(descriptors, LibC.O_CLOEXEC) != 0)
            throw LibC.Failure("pipe2");

        var pipe = orient(new FileDescriptor(descriptors[0]), new FileDescriptor(descriptors[1]));
        if (LibC.fcntl(pipe.Ours, LibC.F_SETFL, LibC.O_NONBLOCK) != 0)
        {
            var failure = LibC.Failure("fcntl");
            pipe.Dispose();
            throw failure;
        }

        return pipe;
    }
}
