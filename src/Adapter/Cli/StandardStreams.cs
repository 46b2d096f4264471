using CniInvoker;

namespace Bridge.Adapter.Cli;

/// <summary>
/// Who reads this process's standard output, such as <c>head</c> behind a pipe. .NET ignores that nobody reads any more (EPIPE), so a
/// command without an end has to look.
/// </summary>
internal static class OutputReader
{
    /// <summary>Whether the other end of a pipe is closed. Never for files and terminals.</summary>
    public static bool IsGone => StandardStreams.Has(StandardStreams.Output, PollDescriptor.POLLERR);
}

/// <summary>The streams with which a process begins.</summary>
internal static class StandardStreams
{
    public const int Output = 1;

    private const int Error = 2;

    /// <summary>
    /// Opens those that the caller has closed (<c>cnm-cni status &gt;&amp;-</c>), before anything else is opened: the next file or socket
    /// would get their number, and what is printed would go there. They can only be read, so that printing fails and is reported.
    /// </summary>
    public static void Occupy()
    {
        for (var descriptor = 0; descriptor <= Error; descriptor++)
        {
            if (Has(descriptor, PollDescriptor.POLLNVAL))
                LibC.Open("/dev/null").SetHandleAsInvalid(); // The lowest number that is free. It stays open.
        }
    }

    internal static unsafe bool Has(int number, short events)
    {
        var descriptor = new PollDescriptor(number, events: 0);
        return LibC.poll(&descriptor, 1, 0) > 0 && (descriptor.ReturnedEvents & events) != 0;
    }
}
