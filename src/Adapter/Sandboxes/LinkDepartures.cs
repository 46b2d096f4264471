using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// Calls back when links leave the host namespace. A thread listens to the kernel's link messages. A link that is missing when the watch
/// begins counts too: it may have left while cnm-cni was down.
/// </summary>
internal sealed class LinkDepartures : IDisposable
{
    private const int ReceiveBuffer = 1024 * 1024;

    private readonly NetlinkListener _listener;
    private readonly RouteNetlink _netlink;
    private readonly Thread _thread;
    private readonly Lock _gate = new();

    // Guarded by _gate, as is the use of _netlink.
    private readonly List<Watcher> _watches = [];

    public LinkDepartures(NetworkNamespace host)
    {
        _listener = host.Run(() => NetlinkListener.OpenForLinks(ReceiveBuffer));
        _netlink = host.OpenNetlink();
        _thread = new Thread(Listen) { IsBackground = true, Name = "link departures" };
        _thread.Start();
    }

    /// <summary>Calls back once, on the thread pool, when the host namespace has no link of the name, or the lookup fails.</summary>
    /// <returns>Dispose of it to stop watching; a callback that is already queued still runs.</returns>
    public IDisposable Watch(string hostIfname, Action departed)
    {
        var watch = new Watcher(hostIfname, departed, Remove);
        lock (_gate)
        {
            _watches.Add(watch);
            Check_NeedsLock(watch);
        }

        return watch;
    }

    public void Dispose()
    {
        _listener.Stop();
        _thread.Join();
        _listener.Dispose();
        _netlink.Dispose();
    }

    private void Listen()
    {
        while (_listener.Receive() is { } departures)
        {
            lock (_gate)
            {
                // Empty: messages were lost, so any link may have left.
                foreach (var watch in _watches.Where(watch => departures.Count == 0 || departures.Contains(watch.HostIfname)).ToList())
                    Check_NeedsLock(watch);
            }
        }
    }

    // Asks the kernel each time: another link may have the name by now.
    private void Check_NeedsLock(Watcher watch)
    {
        if (IsInHost_NeedsLock(watch.HostIfname))
            return;

        _watches.Remove(watch);
        ThreadPool.UnsafeQueueUserWorkItem(static departed => departed(), watch.Departed, preferLocal: false);
    }

    private bool IsInHost_NeedsLock(string hostIfname)
    {
        try
        {
            return _netlink.FindLink(hostIfname) is not null;
        }
        catch (KernelException)
        {
            return false; // Assume the link is gone: callbacks check again, but a missed callback is unrecoverable.
        }
    }

    private void Remove(Watcher watch)
    {
        lock (_gate)
            _watches.Remove(watch);
    }

    private sealed class Watcher(string hostIfname, Action departed, Action<Watcher> remove) : IDisposable
    {
        public string HostIfname { get; } = hostIfname;

        public Action Departed { get; } = departed;

        public void Dispose() => remove(this);
    }
}
