using Bridge.Adapter.State;

namespace Bridge.Adapter.HostPorts;

/// <summary>
/// Ports whose socket was closed less than a second ago. The kernel may still have them bound: a child process has copies of all sockets
/// from its fork until it executes its program, whatever their close-on-exec flag says (fcntl(2)), and cnm-cni starts plugins all the time.
/// </summary>
internal sealed class ReleasedPorts(TimeProvider timeProvider)
{
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(1);

    // The oldest first.
    private readonly Queue<(PortMapping Mapping, long Since)> _released = new();

    public void Add(PortMapping mapping)
    {
        Forget();
        _released.Enqueue((mapping, timeProvider.GetTimestamp()));
    }

    public bool Any(Func<PortMapping, bool> fits)
    {
        Forget();
        return _released.Any(released => fits(released.Mapping));
    }

    private void Forget()
    {
        while (_released.TryPeek(out var oldest) && timeProvider.GetElapsedTime(oldest.Since) >= Memory)
            _released.Dequeue();
    }
}
