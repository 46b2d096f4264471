using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// Tells when links leave the host namespace, by listening to the kernel on a thread of its own. That the link was gone before anybody
/// watched counts too: it may have left while the bridge was down.
/// </summary>
internal sealed class LinkDepartures : IDisposable
{
    private const int ReceiveBuffer = 1024 * 1024;

    private readonly NetlinkListener _listener;
    private readonly RouteNetlink _netlink;
    private readonly Thread _thread;
    private readonly Lock _gate = new();

    // Guarded by _gate, as is the use of _netlink.
    private readonly List<LinkWatch> _watches = [];

    public LinkDepartures(NetworkNamespace host)
    {
        _listener = host.Run(() => NetlinkListener.OpenForLinks(ReceiveBuffer));
        _netlink = host.OpenNetlink();
        _thread = new Thread(Listen) { IsBackground = true, Name = "link departures" };
        _thread.Start();
    }

    /// <summary>Calls back once, on the thread pool, when the host namespace has no link of that name any more, or will not say.</summary>
    /// <returns>Dispose of it to stop watching; a call that is under way then still comes.</returns>
    public IDisposable Watch(string hostIfname, Action departed)
    {
        var watch = new LinkWatch(hostIfname, departed, Forget);
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
                // An empty list means that the kernel had more to say than the socket could hold.
                foreach (var watch in _watches.Where(watch => departures.Count == 0 || departures.Contains(watch.HostIfname)).ToList())
                    Check_NeedsLock(watch);
            }
        }
    }

    // Always asks: a link of that name may have left and another come.
    private void Check_NeedsLock(LinkWatch watch)
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
            return false; // Whoever is called looks for the link himself; not being called is what he could not make up for.
        }
    }

    private void Forget(LinkWatch watch)
    {
        lock (_gate)
            _watches.Remove(watch);
    }
}
